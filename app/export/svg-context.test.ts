import { describe, expect, it } from 'vitest';
import { escapeXml, readFont, SvgContext } from './svg-context.ts';
import { SvgPath } from './svg-path.ts';

const context = () => new SvgContext((_font, text) => text.length * 6);

describe('a canvas context that writes SVG', () => {
  it('writes what is filled, stroked and said, in order', () => {
    const ctx = context();
    ctx.fillStyle = '#fff';
    ctx.fillRect(1, 2, 3, 4);
    ctx.beginPath();
    ctx.moveTo(0, 0);
    ctx.lineTo(10, 0);
    ctx.strokeStyle = 'rgb(1 2 3)';
    ctx.setLineDash([4, 3]);
    ctx.stroke();
    ctx.font = '600 10px "Inter Variable", sans-serif';
    ctx.textBaseline = 'middle';
    ctx.fillText('a < b & "c"', 5, 20);
    expect(ctx.toSvg()).toBe(
      '<rect x="1" y="2" width="3" height="4" fill="#fff"/>' +
        '<path d="M0 0L10 0" fill="none" stroke="rgb(1 2 3)" stroke-width="1" stroke-dasharray="4 3"/>' +
        '<text x="5" y="23.55" font-size="10" font-weight="600" font-family="&quot;Inter Variable&quot;, sans-serif" fill="#fff">a &lt; b &amp; &quot;c&quot;</text>',
    );
  });

  it('closes what a clip has opened when the state goes back', () => {
    const ctx = context();
    ctx.save();
    ctx.rect(0, 0, 5, 5);
    ctx.clip();
    ctx.fillRect(0, 0, 9, 9);
    ctx.restore();
    ctx.fillRect(9, 9, 1, 1);
    const svg = ctx.toSvg();
    expect(svg.indexOf('</g>')).toBeLessThan(svg.indexOf('x="9"'));
    expect(svg.split('<g').length).toBe(svg.split('</g>').length);
  });

  it('keeps shift and scale to what is drawn under them', () => {
    const ctx = context();
    ctx.save();
    ctx.translate(10, 20);
    ctx.scale(0.5, 0.5);
    ctx.fill(new SvgPath('M0 0h1'));
    ctx.restore();
    ctx.fillRect(0, 0, 1, 1);
    expect(ctx.toSvg()).toBe(
      '<path d="M0 0h1" fill="#000" transform="translate(10 20) scale(0.5 0.5)"/><rect x="0" y="0" width="1" height="1" fill="#000"/>',
    );
  });

  it('measures with what it is given', () => {
    expect(context().measureText('four').width).toBe(24);
  });
});

describe('paths', () => {
  it('round a right corner as arcTo does', () => {
    const path = new SvgPath();
    path.moveTo(0, 0);
    path.arcTo(10, 0, 10, 10, 4);
    expect(path.data).toBe('M0 0L6 0A4 4 0 0 1 10 4');
  });

  it('draw a whole circle in two halves', () => {
    const path = new SvgPath();
    path.arc(6, 6, 5, 0, 7);
    expect(path.data).toBe('M11 6A5 5 0 1 1 1 6A5 5 0 1 1 11 6Z');
  });
});

describe('texts', () => {
  it('keep only what XML has', () => {
    expect(escapeXml('a\u0000b\u0007\tc')).toBe('ab\tc');
  });
  it('read a font in its parts', () => {
    expect(readFont('500 10.8px Inter, sans-serif')).toEqual({
      weight: '500',
      size: 10.8,
      family: 'Inter, sans-serif',
    });
    expect(readFont('what')).toEqual({ weight: '400', size: 11, family: 'sans-serif' });
  });
});
