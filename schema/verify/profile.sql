-- Verify olive:profile on pg
SELECT kind, household, region, member_count, deposit_balance, deposit_state, evidenced_low, evidenced_high, as_of, digest
    FROM olive.profile WHERE false;
