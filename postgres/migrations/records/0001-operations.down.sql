DROP TABLE exclusion_tag, alias, attempt, operation;
