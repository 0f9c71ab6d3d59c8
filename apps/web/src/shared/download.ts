/** Hands the browser something to save as a file. */
export function download(name: string, parts: BlobPart[], type: string): void {
  const file = URL.createObjectURL(new Blob(parts, { type }));
  Object.assign(document.createElement('a'), { href: file, download: name }).click();
  // Not at once: the browser reads it after this turn.
  setTimeout(() => URL.revokeObjectURL(file), 10_000);
}

/** @param base64 the file as an API answers with it */
export function downloadBase64(name: string, base64: string, type: string): void {
  download(name, [Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))], type);
}
