import { Icon } from './icons.tsx';
import { Mark } from './marks.tsx';

interface Action {
  readonly label: string;
  readonly run: () => void;
}

interface BannerProps {
  readonly mark: 'error' | 'warned' | 'noise';
  /** The fact. */
  readonly title: string;
  readonly reason: string;
  readonly excerpt?: string;
  readonly action?: Action;
  readonly link?: Action;
  readonly onClose: () => void;
}

/** Says something that matters until the person closes it; pushes the content down, never covers it. */
export function Banner({ mark, title, reason, excerpt, action, link, onClose }: BannerProps) {
  return (
    <section className="banner" role="alert">
      <Mark name={mark} size={16} />
      <div className="banner-body">
        <h2>{title}</h2>
        <p>{reason}</p>
        {excerpt !== undefined && <pre>{excerpt}</pre>}
        {(action ?? link) !== undefined && (
          <div className="actions">
            {action !== undefined && (
              <button type="button" className="button" onClick={action.run}>
                {action.label}
              </button>
            )}
            {link !== undefined && (
              <button type="button" className="link-button" onClick={link.run}>
                {link.label}
              </button>
            )}
          </div>
        )}
      </div>
      <button type="button" className="icon-button banner-close" aria-label="Close" onClick={onClose}>
        <Icon name="close" size={14} />
      </button>
    </section>
  );
}
