import type { MailContent } from './mail-templates';

export interface RenderedMail {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const escaped = (text: string): string => text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);

/** Names come from people: a line break in one must not add a header or a paragraph. */
export const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim();

const paragraph = (html: string, style = 'margin:0 0 16px'): string => `<p style="${style}">${html}</p>`;

/** Text and HTML of one mail. Inline styles and no images: mail programs drop the rest. */
export function render(content: MailContent, brand: string, locale: string): RenderedMail {
  const subject = oneLine(content.subject);
  const lines = [content.greeting, ...content.paragraphs].map(oneLine);
  const text = [
    ...lines,
    ...(content.button ? [`${content.button.label}:\n${content.button.url}`] : []),
    content.footer,
    `-- \n${oneLine(brand)}`,
  ].join('\n\n');
  const button = content.button
    ? paragraph(
        `<a href="${escaped(content.button.url)}" style="display:inline-block;background:#0f766e;color:#ffffff;text-decoration:none;` +
          `padding:12px 20px;border-radius:8px;font-weight:600">${escaped(content.button.label)}</a>`,
        'margin:24px 0',
      )
    : '';
  const html =
    `<!doctype html><html lang="${escaped(locale)}"><head><meta charset="utf-8"><title>${escaped(subject)}</title></head>` +
    '<body style="margin:0;padding:32px 16px;background:#f4f5f7;font:16px/1.5 system-ui,sans-serif;color:#1f2937">' +
    '<div style="max-width:520px;margin:0 auto;background:#ffffff;border-radius:12px;padding:32px">' +
    paragraph(escaped(oneLine(brand)), 'margin:0 0 24px;font-weight:700;color:#0f766e') +
    lines.map((line) => paragraph(escaped(line))).join('') +
    button +
    paragraph(escaped(content.footer), 'margin:24px 0 0;font-size:14px;color:#6b7280') +
    '</div></body></html>';
  return { subject, text: `${text}\n`, html };
}
