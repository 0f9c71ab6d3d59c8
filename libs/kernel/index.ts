export * from './ambient-value';
export * from './bit-rate';
export * from './clock';
export * from './data-size';
export * from './given';
export * from './ip-address';
export * from './money';
export * from './state-machine';
