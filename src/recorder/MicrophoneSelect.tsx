import { Select } from '../ui/Field.tsx';
import type { RecorderSnapshot } from './snapshot.ts';

type MicrophoneSelectProps = {
  readonly snapshot: RecorderSnapshot;
  /** Whether the chosen one is open. */
  readonly isOpen: boolean;
  readonly onChoose: (id: string | null) => void;
};

/** The devices by name. Before one has been allowed the browser names none. */
export function MicrophoneSelect({ snapshot, isOpen, onChoose }: MicrophoneSelectProps) {
  const { microphones, microphoneId } = snapshot;
  return (
    <Select
      label="Microphone"
      value={microphoneId ?? ''}
      options={[
        { value: '', label: 'The browser’s default' },
        ...(microphoneId === null || microphones.some(({ id }) => id === microphoneId)
          ? []
          : [{ value: microphoneId, label: isOpen ? 'The open microphone' : 'The microphone used last' }]),
        ...microphones.map(({ id, label }) => ({ value: id, label })),
      ]}
      onChange={(id) => onChoose(id === '' ? null : id)}
    />
  );
}
