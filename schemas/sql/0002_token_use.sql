-- When a token was last used, to the minute. No part of the token's document: a use is no change.
CREATE TABLE token_use (
    id INTEGER PRIMARY KEY,
    at INTEGER NOT NULL
) STRICT;
