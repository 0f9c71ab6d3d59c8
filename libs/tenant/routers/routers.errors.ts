import { DomainError } from '@jala/contracts';

export const routerNotFound = (id: number): DomainError => new DomainError('ROUTER_NOT_FOUND', { id });

export const routerNotRadsec = (id: number): DomainError => new DomainError('ROUTER_NOT_RADSEC', { id });

export const routerNameTaken = (name: string): DomainError =>
  new DomainError('ROUTER_NAME_TAKEN', { name }, { name: [{ code: 'taken', message: 'Another router has this name.' }] });
