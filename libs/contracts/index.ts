export * from './actor';
export * from './domain-error';
export * from './enums';
export * from './error-codes';
export * from './paging';
export * from './permissions';
export * from './phone';
export * from './version';
