import { Injectable } from '@nestjs/common';
import type { Actor, Page } from '@jala/contracts';
import { type CoaAttempt, CoaAttempts, errorCauseText } from '@jala/radius';
import { CustomersService } from '@jala/tenant/customers';
import { RoutersService } from '@jala/tenant/routers';

export interface CoaAttemptQuery {
  readonly sessionId?: number;
  readonly customerId?: number;
  readonly routerId?: number;
  readonly page: number;
  readonly perPage: number;
}

export interface CoaAttemptView extends CoaAttempt {
  readonly router: { readonly id: number; readonly name: string } | null;
  /** Why the router refused, in words; null when it did not. */
  readonly refusal: string | null;
}

/** What routers were asked, and what they said. */
@Injectable()
export class CoaAttemptsService {
  constructor(
    private readonly attempts: CoaAttempts,
    private readonly customers: CustomersService,
    private readonly routers: RoutersService,
  ) {}

  /** Newest first. @throws DomainError CUSTOMER_NOT_FOUND */
  async list(actor: Actor, { customerId, ...query }: CoaAttemptQuery): Promise<Page<CoaAttemptView>> {
    const username = customerId === undefined ? undefined : (await this.customers.get(actor, customerId)).username;
    const page = await this.attempts.list({ ...query, username });
    const names = await this.routers.namesOf(page.rows.map(({ routerId }) => routerId));
    const rows = page.rows.map((attempt) => {
      const name = names.get(attempt.routerId);
      const refusal = attempt.answer === 'nak' ? errorCauseText(attempt.errorCause ?? undefined) : null;
      return { ...attempt, refusal, router: name === undefined ? null : { id: attempt.routerId, name } };
    });
    return { total: page.total, rows };
  }
}
