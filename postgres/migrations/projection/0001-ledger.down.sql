DROP TABLE listener, event, expected_act, record, missing, version, quarantine, transaction, block, cursor;
