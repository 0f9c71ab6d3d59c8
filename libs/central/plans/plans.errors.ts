import { DomainError } from '@jala/contracts';

export const planNotFound = (id: number): DomainError => new DomainError('PLAN_NOT_FOUND', { id });

export const planNameTaken = (name: string): DomainError =>
  new DomainError('PLAN_NAME_TAKEN', { name }, { name: [{ code: 'taken', message: 'Another plan has this name.' }] });

export const planInUse = (id: number, tenants: number): DomainError => new DomainError('PLAN_IN_USE', { id, tenants });
