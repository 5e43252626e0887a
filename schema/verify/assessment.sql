-- Verify olive:assessment on pg
SELECT declared_partial, assessed_p50, band_probability, band_basis, dibao_income, groups_derived
    FROM olive.profile_sealed WHERE false;
SELECT digest, name, text FROM olive.model WHERE false;
