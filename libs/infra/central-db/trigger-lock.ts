/**
 * MariaDB (seen in 10.11.19, with 16 connections in about 2 of 100 databases) leaves a file `table.TRG-` behind when a
 * table's second trigger is created while other connections create triggers elsewhere. The database can then never be
 * dropped: "Directory not empty". So one connection at a time creates triggers on a server. The lock goes with the
 * connection; whoever does not get it in time goes on without.
 */
const NAME = "'jala:create-trigger'";
const SECONDS = 60;

export const LOCK_TRIGGERS = `DO GET_LOCK(${NAME}, ${SECONDS})`;
export const UNLOCK_TRIGGERS = `DO RELEASE_LOCK(${NAME})`;

export const createsTrigger = (statement: string): boolean =>
  /^CREATE\s+(OR\s+REPLACE\s+)?(DEFINER\s*=\s*\S+\s+)?TRIGGER\b/i.test(statement);
