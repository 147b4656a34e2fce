import type { ReactElement } from 'react';
import { flushSync } from 'react-dom';
import { createRoot } from 'react-dom/client';

/** Renders a picture to the text of an SVG file: colours and fonts of the theme in it, so it stands alone. */
export async function renderSvg(picture: ReactElement): Promise<string> {
  const host = document.createElement('div');
  const root = createRoot(host);
  flushSync(() => root.render(picture));
  const svg = host.querySelector('svg');
  if (svg === null) throw new Error('Assertion failed: a picture is an SVG');
  inkWithTheme(svg);
  const text = new XMLSerializer().serializeToString(svg);
  root.unmount();
  const fonts = await fontFaces();
  const end = text.indexOf('>') + 1;
  return `<?xml version="1.0" encoding="UTF-8"?>\n${text.slice(0, end)}<style>${fonts}</style>${text.slice(end)}\n`;
}

/** Puts the values of the theme in the place of its names. */
function inkWithTheme(svg: SVGElement): void {
  const theme = getComputedStyle(document.documentElement);
  const ink = (name: string): string => theme.getPropertyValue(name).trim() || 'none';
  for (const element of [svg, ...svg.querySelectorAll('*')]) {
    for (const attribute of element.attributes)
      if (attribute.value.includes('var('))
        attribute.value = attribute.value.replaceAll(/var\((--[\w-]+)\)/g, (_all, name: string) => ink(name));
  }
}

let known: Promise<string> | undefined;

/** The page's own fonts as rules that carry their files, so that words are as wide elsewhere as here. */
function fontFaces(): Promise<string> {
  known ??= Promise.all(
    [...document.styleSheets].flatMap((sheet) =>
      rulesOf(sheet).flatMap((rule) => (isText(rule) ? [embed(rule, sheet.href ?? document.baseURI)] : [])),
    ),
  ).then((faces) => faces.join(''));
  known.catch(() => {
    known = undefined;
  });
  return known;
}

function rulesOf(sheet: CSSStyleSheet): readonly CSSFontFaceRule[] {
  try {
    return [...sheet.cssRules].filter((rule) => rule instanceof CSSFontFaceRule);
  } catch {
    // A sheet of another origin: an extension's.
    return [];
  }
}

/** Fonts of the studio's words; the editor's symbols are not among them. */
const isText = ({ style }: CSSFontFaceRule): boolean =>
  /Inter|JetBrains/.test(style.getPropertyValue('font-family'));

async function embed({ style }: CSSFontFaceRule, base: string): Promise<string> {
  const url = /url\(["']?([^"')]+)["']?\)/.exec(style.getPropertyValue('src'))?.[1];
  if (url === undefined) return '';
  const answer = await fetch(new URL(url, base));
  if (!answer.ok) return '';
  const data = await dataUrl(await answer.blob());
  const family = style.getPropertyValue('font-family');
  const weight = style.getPropertyValue('font-weight') || '400';
  return `@font-face{font-family:${family};font-weight:${weight};src:url(${data}) format("woff2")}`;
}

function dataUrl(blob: Blob): Promise<string> {
  return new Promise((done, fail) => {
    const reader = new FileReader();
    reader.onload = () => done(String(reader.result));
    reader.onerror = () => fail(reader.error ?? new Error('The font could not be read.'));
    reader.readAsDataURL(blob);
  });
}

/** No canvas of a browser is larger, pixels along a side and in all. */
const LONGEST_SIDE = 16_000;
const MOST_PIXELS = 60_000_000;

/** Turns an SVG file into a PNG, twice as fine as it is large unless that is more than a browser can paint. */
export async function rasterize(svg: string): Promise<Blob> {
  const url = URL.createObjectURL(new Blob([svg], { type: 'image/svg+xml' }));
  try {
    const image = new Image();
    image.src = url;
    await image.decode();
    const { naturalWidth: width, naturalHeight: height } = image;
    const scale = Math.min(
      2,
      LONGEST_SIDE / Math.max(width, height),
      Math.sqrt(MOST_PIXELS / (width * height)),
    );
    const canvas = document.createElement('canvas');
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(height * scale);
    const ctx = canvas.getContext('2d');
    if (ctx === null) throw new Error('This browser paints no canvas.');
    // The first drawing brings the fonts of the image in, the second one has them.
    ctx.drawImage(image, 0, 0, canvas.width, canvas.height);
    await new Promise((done) => setTimeout(done, 60));
    ctx.clearRect(0, 0, canvas.width, canvas.height);
    ctx.drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise((done, fail) =>
      canvas.toBlob(
        (blob) =>
          blob === null ? fail(new Error('The picture is too large for this browser.')) : done(blob),
        'image/png',
      ),
    );
  } finally {
    URL.revokeObjectURL(url);
  }
}
