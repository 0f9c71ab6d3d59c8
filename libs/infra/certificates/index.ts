export * from './issuing';
export * from './pkcs12';
