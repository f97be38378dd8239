import { useState } from 'react';
import { APPEARANCES, type Appearance } from '../domain/settings.ts';
import { Select } from '../ui/Field.tsx';
import { chooseAppearance, storedAppearance } from './appearance.ts';

const LABELS: Readonly<Record<Appearance, string>> = { system: 'System', light: 'Light', dark: 'Dark' };
const OPTIONS = APPEARANCES.map((value) => ({ value, label: LABELS[value] }));

export function AppearanceSetting() {
  const [appearance, setAppearance] = useState(storedAppearance);
  return (
    <Select
      label="Appearance"
      hideLabel
      hint="System follows what the device is set to."
      value={appearance}
      options={OPTIONS}
      onChange={(chosen) => {
        chooseAppearance(chosen);
        setAppearance(chosen);
      }}
    />
  );
}
