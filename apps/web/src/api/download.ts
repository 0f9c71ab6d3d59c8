import { bearer } from './access';
import { ApiError } from './problem';

/** Saves an answer as a file. A plain link cannot send the Authorization header. */
export async function download(url: string, fallbackName: string): Promise<void> {
  let response: Response;
  try {
    response = await fetch(url, { credentials: 'same-origin', headers: { authorization: `Bearer ${await bearer()}` } });
  } catch {
    throw ApiError.offline();
  }
  if (!response.ok) throw await ApiError.from(response);
  const named = /filename="?([^";]+)"?/.exec(response.headers.get('content-disposition') ?? '')?.[1];
  const file = URL.createObjectURL(await response.blob());
  Object.assign(document.createElement('a'), { href: file, download: named ?? fallbackName }).click();
  setTimeout(() => URL.revokeObjectURL(file), 60_000);
}
