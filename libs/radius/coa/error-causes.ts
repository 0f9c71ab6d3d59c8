/** RFC 5176 section 3.5, in words for the support desk. */
const ERROR_CAUSES: Readonly<Record<number, string>> = {
  201: 'residual session context removed',
  202: 'invalid EAP packet',
  401: 'unsupported attribute',
  402: 'missing attribute',
  403: 'the router does not recognise itself in the request',
  404: 'invalid request',
  405: 'unsupported service',
  406: 'unsupported extension',
  407: 'invalid attribute value',
  501: 'administratively prohibited',
  502: 'request not routable',
  503: 'the router has no such session',
  504: 'the session cannot be removed',
  505: 'other proxy processing error',
  506: 'resources unavailable',
  507: 'request initiated',
  508: 'multiple sessions cannot be selected',
};

/** Error-Cause 503: what should end is gone already. */
export const SESSION_NOT_FOUND = 503;

export const errorCauseText = (errorCause: number | undefined): string =>
  errorCause === undefined ? 'refused without a reason' : (ERROR_CAUSES[errorCause] ?? `refused with error cause ${errorCause}`);
