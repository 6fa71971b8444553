-- What retention deletes of groups of errors by the day: whoever has a public key makes their names up, so their days do not stay like others'.
CREATE INDEX rollups_error_days ON rollups (bucket_ms) WHERE resolution = 1440 AND stream = 'errors' AND name <> '(all)';
