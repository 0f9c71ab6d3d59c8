import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';

export interface Answer<T = any> {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: T;
  readonly text: string;
}

export interface ApiOptions {
  /** Sent as Host: which tenant's or the platform's door. Names under .localhost do not resolve everywhere, so no DNS is involved. */
  readonly host?: string;
  readonly token?: string;
  readonly tenant?: string;
  readonly headers?: Record<string, string>;
}

/** A caller of the HTTP API who knows nothing of its code. */
export class ApiClient {
  constructor(
    readonly baseUrl: string,
    private readonly options: ApiOptions = {},
  ) {}

  with(options: ApiOptions): ApiClient {
    return new ApiClient(this.baseUrl, { ...this.options, ...options, headers: { ...this.options.headers, ...options.headers } });
  }

  get<T = any>(path: string): Promise<Answer<T>> {
    return this.send<T>('GET', path);
  }
  post<T = any>(path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer<T>> {
    return this.send<T>('POST', path, body, headers);
  }
  patch<T = any>(path: string, body: unknown): Promise<Answer<T>> {
    return this.send<T>('PATCH', path, body);
  }
  put<T = any>(path: string, body: unknown): Promise<Answer<T>> {
    return this.send<T>('PUT', path, body);
  }
  delete<T = any>(path: string, body?: unknown): Promise<Answer<T>> {
    return this.send<T>('DELETE', path, body);
  }

  /** Logs in and returns a client that carries the token. */
  async login(email: string, password: string): Promise<ApiClient> {
    const answer = await this.post<{ token: string }>('/api/login', { email, password });
    if (answer.status !== 200) throw new Error(`login of ${email} answered ${answer.status}: ${answer.text}`);
    return this.with({ token: answer.body.token });
  }

  send<T = any>(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer<T>> {
    const { host, token, tenant } = this.options;
    const payload = body === undefined ? undefined : JSON.stringify(body);
    return new Promise((resolve, reject) => {
      const request = httpRequest(
        new URL(path, this.baseUrl),
        {
          method,
          headers: {
            ...(host && { host }),
            ...(token && { authorization: `Bearer ${token}` }),
            ...(tenant && { 'x-tenant': tenant }),
            ...(payload !== undefined && { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(payload)) }),
            ...this.options.headers,
            ...headers,
          },
          timeout: 20_000,
        },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('error', reject);
          response.on('end', () => {
            const text = Buffer.concat(chunks).toString('utf8');
            const json = /json/.test(response.headers['content-type'] ?? '');
            resolve({
              status: response.statusCode ?? 0,
              headers: response.headers,
              text,
              body: (json && text ? JSON.parse(text) : undefined) as T,
            });
          });
        },
      );
      request.on('timeout', () => request.destroy(new Error(`${method} ${path} did not answer within 20 s`)));
      request.on('error', reject);
      request.end(payload);
    });
  }
}
