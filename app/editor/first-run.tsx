import { useStudio } from '../stores/studio.ts';
import { POLICIES_FILE, STEPS_FILE } from '../stores/workspace.ts';
import { Icon, type IconName } from '../ui/icons.tsx';
import { pickFiles } from './pick-files.ts';

/** What stands in the editor's place while there is nothing: what is missing, then what to do. */
export function FirstRun({ onWrite }: { readonly onWrite: () => void }) {
  const { workspace, page, services } = useStudio();
  const paste = (): void => {
    navigator.clipboard.readText().then(
      (text) => services.takeIn('the clipboard', [{ path: 'pasted.yaml', text }]),
      () => page.say('The browser did not allow reading the clipboard: press Ctrl+V.'),
    );
  };
  const write = (): void => {
    workspace.editMany(
      [
        { path: POLICIES_FILE, text: STARTER_POLICY },
        { path: STEPS_FILE, text: STARTER_STEPS },
      ],
      'write a first policy',
      POLICIES_FILE,
    );
    onWrite();
  };
  return (
    <div className="first-run">
      <h2>Nothing here yet</h2>
      <p>A policy and one manifest are enough to start.</p>
      <ul>
        <Row icon="upload" title="Drop YAML anywhere" onPress={() => pickFiles(services.takeIn)}>
          policies, manifests, a Chainsaw test, a whole folder
        </Row>
        <Row icon="clipboard" title="Paste" hint="Ctrl V" onPress={paste}>
          YAML, or the link of a studio
        </Row>
        <Row icon="write" title="Write" onPress={write}>
          a validate rule and one step, ready to edit
        </Row>
        <Row icon="story" title="Start from a story" onPress={() => page.setState({ dialog: 'gallery' })}>
          each already running
        </Row>
      </ul>
      <p className="first-run-foot">Everything stays in this browser. Nothing is sent anywhere.</p>
    </div>
  );
}

interface RowProps {
  readonly icon: IconName;
  readonly title: string;
  readonly hint?: string;
  readonly onPress: () => void;
  readonly children: string;
}

function Row({ icon, title, hint, onPress, children }: RowProps) {
  return (
    <li>
      <button type="button" onClick={onPress}>
        <Icon name={icon} />
        <span>
          <strong>{title}</strong>
          {children}
        </span>
        {hint !== undefined && <kbd className="kbd">{hint}</kbd>}
      </button>
    </li>
  );
}

const STARTER_POLICY = `apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata:
  name: require-owner
spec:
  validationFailureAction: Enforce
  rules:
    - name: check-owner
      match:
        any:
          - resources:
              kinds:
                - ConfigMap
      validate:
        message: Label 'owner' is required.
        pattern:
          metadata:
            labels:
              owner: "?*"
`;

const STARTER_STEPS = `apiVersion: chainsaw.kyverno.io/v1alpha1
kind: Test
metadata:
  name: require-owner
spec:
  namespace: default
  steps:
    - name: setup
      try:
        - apply:
            file: policies.yaml
    - name: create settings
      try:
        - create:
            resource:
              apiVersion: v1
              kind: ConfigMap
              metadata:
                name: settings
                namespace: default
              data:
                colour: blue
            expect:
              - check:
                  ($error != null): true
`;
