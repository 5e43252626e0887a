-- quickstart - what deploy/quickstart reports of a sealed period: psql -v period=2025-12 -f deploy/quickstart.sql
-- Nothing here needs more than a reader downstream may see.
\pset footer off
SET ROLE olive_reader;

SELECT source, count(*) FILTER (WHERE state = 'known') AS known, count(*) FILTER (WHERE state = 'zero') AS "zero (verified)",
       count(*) FILTER (WHERE state = 'stale') AS stale, count(*) FILTER (WHERE state = 'missing') AS missing
FROM olive.profile_sealed,
     LATERAL (VALUES (1, '存款 deposit', deposit_state), (2, '房产 property', property_state), (3, '车辆 vehicle', vehicle_state),
                     (4, '公积金 fund', fund_state), (5, '用电 electricity', electricity_state), (6, '用水 water', water_state),
                     (7, '用气 gas', gas_state), (8, '通讯 telecom', telecom_state), (9, '交通 transport', transport_state))
         AS of (place, source, state)
WHERE period = :'period' AND kind = 'registered'
GROUP BY place, source ORDER BY place;

\echo 'Yuan of twelve months per household, at the given share of those that have the figure'
SELECT figure, count(fen) AS households, count(*) - count(fen) AS none,
       percentile_disc(0.10) WITHIN GROUP (ORDER BY fen) / 100 AS "10 %", percentile_disc(0.25) WITHIN GROUP (ORDER BY fen) / 100 AS "25 %",
       percentile_disc(0.50) WITHIN GROUP (ORDER BY fen) / 100 AS "50 %", percentile_disc(0.75) WITHIN GROUP (ORDER BY fen) / 100 AS "75 %",
       percentile_disc(0.90) WITHIN GROUP (ORDER BY fen) / 100 AS "90 %"
FROM olive.profile_sealed,
     LATERAL (VALUES (1, '申报 declared', declared_income), (2, '核实 evidenced, at least', evidenced_low),
                     (3, '核实 evidenced, at most', evidenced_high), (4, '评估 assessed, median', assessed_p50)) AS of (place, figure, fen)
WHERE period = :'period' AND kind = 'registered'
GROUP BY place, figure ORDER BY place;
