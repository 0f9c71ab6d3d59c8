import { DomainError } from '@jala/contracts';

export const servicePlanNotFound = (id: number): DomainError => new DomainError('SERVICE_PLAN_NOT_FOUND', { id });

export const servicePlanNameTaken = (name: string): DomainError =>
  new DomainError('SERVICE_PLAN_NAME_TAKEN', { name }, { name: [{ code: 'taken', message: 'Another service plan has this name.' }] });

export const servicePlanInUse = (id: number, customers: number): DomainError => new DomainError('SERVICE_PLAN_IN_USE', { id, customers });

/** Somebody chose a plan that cannot be chosen: the error lands on the form's field. */
export const unsuitable = (code: string, message: string): DomainError => DomainError.field('service_plan_id', code, message);
