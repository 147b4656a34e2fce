/** The marks of the verdicts, drawn in a 12-unit box; shape, word and colour say the same thing. */
export type MarkName =
  | 'allowed'
  | 'denied'
  | 'warned'
  | 'error'
  | 'skipped'
  | 'noise'
  | 'never-stored'
  | 'stored'
  | 'deleted'
  | 'log'
  | 'would-be';

interface MarkProps {
  readonly name: MarkName;
  /** Side in pixels; 14–15 in text. */
  readonly size?: number;
  /** Later than the playhead: outlined. */
  readonly outlined?: boolean;
  /** Text for screen readers; without it the mark is decoration beside its word. */
  readonly label?: string;
}

const stroke = { strokeWidth: 1.7, strokeLinecap: 'round', strokeLinejoin: 'round', fill: 'none' } as const;
const thin = { ...stroke, strokeWidth: 1.25 } as const;
const OCTAGON = 'M3.8.7h4.4l3.1 3.1v4.4l-3.1 3.1H3.8L.7 8.2V3.8z';

function shape(name: MarkName, outlined: boolean) {
  const on = (role: string) => (outlined ? `var(--${role})` : 'var(--glyph)');
  const solid = (role: string) =>
    outlined ? { fill: 'none', stroke: `var(--${role})`, strokeWidth: 1.1 } : { fill: `var(--${role})` };
  switch (name) {
    case 'allowed':
      return (
        <>
          <circle cx="6" cy="6" r={outlined ? 5.3 : 5.8} {...solid('allow')} />
          <path d="M3.5 6.2l1.8 1.8 3.3-3.7" {...stroke} strokeWidth={1.5} stroke={on('allow')} />
        </>
      );
    case 'denied':
      return (
        <>
          <rect x=".5" y=".5" width="11" height="11" rx="1.5" {...solid('deny')} />
          <path d="M3.7 3.7l4.6 4.6M8.3 3.7L3.7 8.3" {...stroke} stroke={on('deny')} />
        </>
      );
    case 'warned':
      return (
        <>
          <path
            d="M6 .9L11.5 11H.5z"
            fill={outlined ? 'none' : 'var(--warn-fill)'}
            stroke="var(--warn)"
            strokeWidth="1"
            strokeLinejoin="round"
          />
          <path
            d="M6 4.4v2.9M6 9.2v.1"
            {...stroke}
            strokeWidth={1.5}
            stroke={outlined ? 'var(--warn)' : 'var(--warn-glyph)'}
          />
        </>
      );
    case 'error':
      return (
        <>
          <path d={OCTAGON} {...solid('error')} />
          <path
            d="M4.4 3.4v3.2M7.6 3.4v3.2M4.4 8.7v.1M7.6 8.7v.1"
            {...stroke}
            strokeWidth={1.5}
            stroke={on('error')}
          />
        </>
      );
    case 'skipped':
      return (
        <>
          <circle cx="6" cy="6" r="5.2" {...thin} stroke="var(--skip)" />
          <path d="M2.5 9.5l7-7" {...thin} stroke="var(--skip)" />
        </>
      );
    case 'noise':
      return (
        <>
          <circle cx="6" cy="6" r="5.2" fill="var(--tint-noise)" stroke="var(--noise)" strokeWidth="1.25" />
          <path d="M6 5.6v3M6 3.4v.1" {...stroke} strokeWidth={1.5} stroke="var(--noise)" />
        </>
      );
    case 'never-stored':
      return <circle cx="6" cy="6" r="4.9" {...stroke} strokeWidth={1.75} stroke="var(--deny)" />;
    case 'stored':
      return <circle cx="6" cy="6" r="5" fill={outlined ? 'var(--ink3)' : 'var(--ink)'} />;
    case 'deleted':
      return (
        <>
          <circle cx="6" cy="6" r="5.2" {...thin} stroke="var(--ink2)" />
          <path d="M3.4 6h5.2" {...thin} strokeWidth={1.5} stroke="var(--ink2)" />
        </>
      );
    case 'log':
      return (
        <>
          <rect x="1" y="1" width="10" height="10" rx="1.5" {...thin} stroke="var(--ink2)" />
          <path d="M3.3 4.5h5.4M3.3 7.3h3.6" {...thin} stroke="var(--ink2)" />
        </>
      );
    case 'would-be':
      return (
        <rect
          x="1"
          y="1"
          width="10"
          height="10"
          rx="1.5"
          {...thin}
          strokeDasharray="3 2"
          stroke="var(--ink2)"
        />
      );
  }
}

export function Mark({ name, size = 14, outlined = false, label }: MarkProps) {
  const named = label === undefined ? { 'aria-hidden': true } : { role: 'img', 'aria-label': label };
  return (
    // biome-ignore lint/a11y/noSvgWithoutTitle: named by aria-label, or hidden beside its word
    <svg className="mark" width={size} height={size} viewBox="0 0 12 12" {...named}>
      {shape(name, outlined)}
    </svg>
  );
}

/** A solid line meets an upright, goes on as dashes; a thread leaves the foot of the upright. */
export function Brand({ size = 20 }: { readonly size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 20 20" aria-hidden="true" fill="none" strokeWidth="2">
      <path d="M1.5 9.5H9" stroke="var(--ink)" />
      <path d="M10 3v13.2" stroke="var(--ink)" strokeWidth="2.4" />
      <path d="M12.3 9.5h2.4M16.4 9.5h2.4" stroke="var(--ink)" />
      <path d="M10 16.5h5.6" stroke="var(--thread)" />
      <circle cx="16.8" cy="16.5" r="1.8" fill="var(--thread)" />
    </svg>
  );
}
