export * from './identifiers';
export * from './numbers';
export * from './region';
export * from './times';
