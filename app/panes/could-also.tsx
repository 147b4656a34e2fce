import { useStore } from 'zustand';
import { orderOf } from '../../src/index.ts';
import { useStudio } from '../stores/studio.ts';

/** What a real cluster could also have done here, and the way to see it. */
export function CouldAlso({ sentences }: { readonly sentences: readonly string[] }) {
  const { workspace } = useStudio();
  const order = useStore(workspace, (state) => orderOf(state.document.seed));
  return (
    <section className="could-also" aria-label="Could also be otherwise">
      <h4>Could also be otherwise</h4>
      {sentences.map((one) => (
        <p key={one}>{one}</p>
      ))}
      <p>
        {order === 0 ? 'This run took the usual order. ' : `This run took order ${order}. `}
        <button type="button" className="link-button" onClick={() => workspace.setOrder(order + 1)}>
          Run with another order
        </button>
        {order > 0 && (
          <button type="button" className="link-button" onClick={() => workspace.setOrder(0)}>
            Back to the usual order
          </button>
        )}
      </p>
    </section>
  );
}
