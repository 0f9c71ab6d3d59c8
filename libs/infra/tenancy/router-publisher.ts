import type { RouterClaim } from './ports';

/** A router as its tenant's database has it. */
export interface RegisteredRouter extends RouterClaim {
  readonly address: string;
  readonly registryId: number;
  readonly routerId: number;
}

/**
 * What FreeRADIUS knows of the routers. The tenant's database says what a router is; the registry keeps a copy, so that
 * the client files can be written again without asking every tenant. For the worker: it stands beside FreeRADIUS.
 */
export abstract class RouterPublisher {
  /**
   * Confirms the claim and makes FreeRADIUS know the router as it is now, or not know it while its tenant is out of service.
   * @throws DomainError ROUTER_NOT_FOUND when the claim is gone; Error when the client file could not be written.
   */
  abstract publish(router: RegisteredRouter): Promise<void>;

  /** Makes FreeRADIUS forget a released claim: its certificates, and its address unless somebody has claimed that again. */
  abstract withdraw(registryId: number, address: string): Promise<void>;

  /** The tenant's claims from before that instant that no router has confirmed. */
  abstract unconfirmed(tenantId: number, before: Date): Promise<number[]>;
}
