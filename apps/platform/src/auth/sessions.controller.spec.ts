import { DomainError, type ErrorCode } from '@jala/contracts';
import type { LoginService, SessionsService } from '@jala/infra/identity';
import { testConfig } from '@jala/infra/testing';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { RefreshCookie } from './refresh-cookie';
import { SessionsController } from './sessions.controller';

describe('the cookie of a refresh that is refused', () => {
  const refresh = async (code: ErrorCode): Promise<{ thrown: unknown; cleared: boolean }> => {
    const sessions = { refresh: () => Promise.reject(new DomainError(code)) } as unknown as SessionsService;
    const controller = new SessionsController({} as LoginService, sessions, new RefreshCookie(testConfig()));
    const clearCookie = jest.fn();
    const request = {
      headers: { 'x-token-transport': 'cookie' },
      cookies: { jala_refresh_7600: 'a-token' },
      host: 'localhost:7600',
    } as unknown as FastifyRequest;
    const thrown = await controller.refresh({}, request, { clearCookie } as unknown as FastifyReply).catch((error: unknown) => error);
    return { thrown, cleared: clearCookie.mock.calls.length > 0 };
  };

  it('goes when the session has ended', async () => {
    expect(await refresh('REFRESH_TOKEN_INVALID')).toMatchObject({ thrown: { code: 'REFRESH_TOKEN_INVALID' }, cleared: true });
  });

  it.each<ErrorCode>(['DATABASE_UNAVAILABLE', 'BUSY'])(
    'stays when the service says %s: nobody is logged out by an outage',
    async (code) => {
      expect(await refresh(code)).toMatchObject({ thrown: { code }, cleared: false });
    },
  );
});
