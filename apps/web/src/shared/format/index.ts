export * from './identifiers';
export * from './numbers';
export * from './parse';
export * from './region';
export * from './times';
