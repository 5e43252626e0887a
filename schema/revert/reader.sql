-- Revert olive:reader from pg
BEGIN;
DROP POLICY reader ON olive.profile_seal;
DROP POLICY reader ON olive.profile;
DROP POLICY fuse ON olive.profile_seal;
DROP POLICY fuse ON olive.profile;
ALTER TABLE olive.profile_seal DISABLE ROW LEVEL SECURITY;
ALTER TABLE olive.profile DISABLE ROW LEVEL SECURITY;
REVOKE ALL ON olive.profile_seal, olive.profile FROM olive_reader;
DROP VIEW olive.profile_sealed, olive.profile_live;
DROP FUNCTION olive.household_kind_name(smallint);
COMMIT;
