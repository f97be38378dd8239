import { useState } from 'react';
import { expect, onTestFinished, test, vi } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { STEP_IDS } from '../../src/domain/step.ts';
import { Announcer, announce } from '../../src/ui/announcer.tsx';
import { Button } from '../../src/ui/Button.tsx';
import { ConfirmDialog, Dialog } from '../../src/ui/Dialog.tsx';
import { Select, TextField } from '../../src/ui/Field.tsx';
import { Notice } from '../../src/ui/Notice.tsx';
import { Progress } from '../../src/ui/Progress.tsx';
import { ShortcutsDialog } from '../../src/ui/ShortcutsDialog.tsx';
import { BudgetBar, budgetWords, StepPlan } from '../../src/ui/Steps.tsx';
import { type Shortcut, setSingleKeys, useShortcuts } from '../../src/ui/shortcuts.ts';
import { useTimeout } from '../../src/ui/timers.ts';
import { useUndo } from '../../src/ui/undo.tsx';
import { mount } from './app.tsx';

function Opener() {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <button type="button" onClick={() => setOpen(true)}>
        Open
      </button>
      {isOpen && (
        <Dialog title="Rename" onClose={() => setOpen(false)} actions={<Button>Save</Button>}>
          <TextField label="Name" />
        </Dialog>
      )}
    </>
  );
}

test('a dialog is named, takes the focus, closes at Escape and gives the focus back', async () => {
  mount(<Opener />);
  const opener = page.getByRole('button', { name: 'Open' });
  for (let round = 0; round < 3; round += 1) {
    await opener.click();
    await expect.element(page.getByRole('dialog', { name: 'Rename' })).toBeVisible();
    await expect.element(page.getByRole('textbox', { name: 'Name' })).toHaveFocus();
    await userEvent.keyboard('{Escape}');
    await expect.element(page.getByRole('dialog')).not.toBeInTheDocument();
    await expect.element(opener).toHaveFocus();
  }
});

test('what cannot be taken back is asked for with the focus on the safe answer', async () => {
  const onConfirm = vi.fn();
  const onCancel = vi.fn();
  mount(
    <ConfirmDialog
      title="Discard this take?"
      confirmLabel="Discard"
      onConfirm={onConfirm}
      onCancel={onCancel}
    >
      Two minutes.
    </ConfirmDialog>,
  );
  await expect.element(page.getByRole('button', { name: 'Cancel' })).toHaveFocus();
  await userEvent.keyboard('{Escape}');
  expect(onCancel).toHaveBeenCalledOnce();
  await page.getByRole('button', { name: 'Discard' }).click();
  expect(onConfirm).toHaveBeenCalledOnce();
});

test('a field is named by its label alone, and described by its hint and its error', async () => {
  mount(<TextField label="Title" hint="Short." error="Give it a title." />);
  const field = page.getByRole('textbox', { name: 'Title', exact: true });
  await expect.element(field).toHaveAccessibleName('Title');
  await expect.element(field).toHaveAccessibleDescription('Short. Give it a title.');
  await expect.element(field).toBeInvalid();
});

test('a select hands over one of its own values', async () => {
  const onChange = vi.fn();
  const options = [
    { value: 'a', label: 'First' },
    { value: 'b', label: 'Second' },
  ] as const;
  mount(<Select label="Order" value="a" options={options} onChange={onChange} />);
  await page.getByRole('combobox', { name: 'Order' }).selectOptions('Second');
  expect(onChange).toHaveBeenCalledWith('b');
});

test('a fault is an alert, anything else a status', async () => {
  mount(
    <>
      <Notice tone="error" title="The disk is full" />
      <Notice tone="warn" title="Nearly full" />
    </>,
  );
  await expect.element(page.getByRole('alert')).toHaveTextContent('The disk is full');
  await expect.element(page.getByRole('status')).toHaveTextContent('Nearly full');
});

test('progress is named', async () => {
  mount(<Progress label="Saving the recording" value={0.25} />);
  const bar = page.getByRole('progressbar', { name: 'Saving the recording' });
  await expect.element(bar).toHaveAttribute('value', '0.25');
});

test('the plan names each step with its time, to the ear as to the eye', async () => {
  const budgets = { situation: 45_000, approach: 90_000, tradeoffs: 75_000, results: 60_000, next: 30_000 };
  mount(<StepPlan budgets={budgets} />);
  const plan = page.getByRole('list', { name: '5 minutes, step by step' });
  const items = plan.getByRole('listitem');
  expect(items.elements()).toHaveLength(STEP_IDS.length);
  await expect.element(items.nth(2)).toMatchTextContent(/Trade-offs 1:15$/);
});

test('the budget bar fills up to the budget, and hatches what is over it', async () => {
  mount(
    <div style={{ inlineSize: '200px' }}>
      <BudgetBar step="situation" usedMs={60_000} budgetMs={45_000} />
    </div>,
  );
  await expect.poll(() => document.querySelector('[data-step=situation]')).not.toBeNull();
  const bar = document.querySelector('[data-step=situation]') as HTMLElement;
  expect(getComputedStyle(bar, '::before').inlineSize).toBe('150px');
  expect(getComputedStyle(bar, '::after').inlineSize).toBe('50px');
  expect(budgetWords(62_900, 45_000)).toEqual({ text: '1:02 / 0:45', over: '+17 s' });
  expect(budgetWords(45_400, 45_000).over).toBeNull();
});

test('the same words announced twice are said twice', async () => {
  mount(<Announcer />);
  const region = page.getByRole('status', { name: 'Announcements' });
  announce('Saved');
  await expect.element(region).toHaveTextContent('Saved');
  const first = region.element().firstChild;
  announce('Saved');
  await expect.poll(() => region.element().firstChild).not.toBe(first);
  await expect.element(region).toHaveTextContent('Saved');
});

function Deleting({ undo }: { readonly undo: () => void }) {
  const { offerUndo, notice } = useUndo();
  const [text, setText] = useState('');
  return (
    <main>
      <h1 tabIndex={-1}>List</h1>
      <input aria-label="Search" value={text} onChange={(event) => setText(event.currentTarget.value)} />
      <button type="button" onClick={() => offerUndo('Deleted “One”.', undo)}>
        Delete
      </button>
      {notice}
    </main>
  );
}

test('undo is one Tab away, and gives the focus to the heading when it is answered', async () => {
  const undo = vi.fn();
  mount(<Deleting undo={undo} />);
  await page.getByRole('button', { name: 'Delete' }).click();
  await expect.element(page.getByRole('status')).toHaveFocus();
  await userEvent.keyboard('{Tab}{Enter}');
  expect(undo).toHaveBeenCalledOnce();
  await expect.element(page.getByRole('heading')).toHaveFocus();
  await expect.element(page.getByRole('status')).not.toBeInTheDocument();
});

test('an undo that stands takes the focus once, and leaves it to whoever goes on typing', async () => {
  mount(<Deleting undo={() => {}} />);
  await page.getByRole('button', { name: 'Delete' }).click();
  await expect.element(page.getByRole('status')).toHaveFocus();
  const search = page.getByRole('textbox', { name: 'Search' });
  await search.click();
  await userEvent.keyboard('two');
  await expect.element(search).toHaveValue('two');
  await page.getByRole('button', { name: 'Delete' }).click();
  await expect.element(page.getByRole('status')).toHaveFocus();
});

test('a dialog whose owner keeps it stays open, however often Escape is pressed', async () => {
  const onClose = vi.fn();
  mount(
    <Dialog title="Rename" onClose={onClose}>
      <TextField label="Name" />
    </Dialog>,
  );
  for (let round = 1; round <= 4; round += 1) {
    await userEvent.keyboard('{Escape}');
    await expect.poll(() => onClose.mock.calls.length).toBeGreaterThanOrEqual(round);
    await expect.element(page.getByRole('dialog', { name: 'Rename' })).toBeVisible();
  }
});

function Keys({
  shortcuts,
  enabled = true,
}: {
  readonly shortcuts: readonly Shortcut[];
  readonly enabled?: boolean;
}) {
  useShortcuts(shortcuts, { enabled });
  return (
    <>
      <h1 tabIndex={-1}>Page</h1>
      <input aria-label="Text" />
      <button type="button">Press</button>
      <a href="#there">Link</a>
      <input type="radio" aria-label="Radio" />
      <input type="radio" aria-label="Chosen" defaultChecked />
      <input type="range" aria-label="Range" />
      <input type="checkbox" aria-label="Check" />
      <select aria-label="Select" />
    </>
  );
}

/** A page with keys; `pressed` says which of them ran when `key` was pressed with the focus on `name`. */
async function aPageWithKeys(enabled = true) {
  setSingleKeys(true);
  onTestFinished(() => setSingleKeys(true));
  let ran: string[] = [];
  const shortcut = (keys: string): Shortcut => ({
    keys,
    label: `Does ${keys}`,
    run: () => ran.push(keys),
  });
  const shortcuts = [
    shortcut('r'),
    shortcut('1'),
    shortcut('Space'),
    shortcut('ArrowLeft'),
    shortcut('ArrowRight'),
    shortcut('Shift+ArrowRight'),
    shortcut('Mod+Enter'),
  ];
  mount(
    <>
      <Keys shortcuts={shortcuts} enabled={enabled} />
      <ShortcutsDialog />
    </>,
  );
  await expect.element(page.getByRole('heading', { name: 'Page' })).toBeInTheDocument();
  return async (name: string, key: string) => {
    ran = [];
    const focused =
      name === 'Page' ? document.querySelector('h1') : document.querySelector(`[aria-label=${name}]`);
    const control =
      focused ?? [...document.querySelectorAll('button, a')].find((each) => each.textContent === name);
    (control as HTMLElement).focus();
    await userEvent.keyboard(key);
    return ran;
  };
}

test('a key runs where nothing else wants it', async () => {
  const pressed = await aPageWithKeys();
  expect(await pressed('Page', 'r')).toEqual(['r']);
  expect(await pressed('Page', '1')).toEqual(['1']);
  expect(await pressed('Page', ' ')).toEqual(['Space']);
  expect(await pressed('Page', '{ArrowRight}')).toEqual(['ArrowRight']);
  expect(await pressed('Page', '{Shift>}{ArrowRight}{/Shift}')).toEqual(['Shift+ArrowRight']);
  expect(await pressed('Page', '{Control>}{Enter}{/Control}')).toEqual(['Mod+Enter']);
  expect(await pressed('Page', '{Control>}r{/Control}')).toEqual([]);
  expect(await pressed('Page', '{Enter}')).toEqual([]);
});

test('a key does nothing when the focused control uses it itself', async () => {
  const pressed = await aPageWithKeys();
  expect(await pressed('Text', 'r')).toEqual([]);
  expect(await pressed('Text', '{ArrowLeft}')).toEqual([]);
  expect(await pressed('Select', 'r')).toEqual([]);
  expect(await pressed('Press', ' ')).toEqual([]);
  expect(await pressed('Press', 'r')).toEqual(['r']);
  expect(await pressed('Link', ' ')).toEqual([]);
  expect(await pressed('Radio', ' ')).toEqual([]);
  expect(await pressed('Radio', '{ArrowRight}')).toEqual([]);
  expect(await pressed('Radio', '1')).toEqual(['1']);
  expect(await pressed('Chosen', ' ')).toEqual(['Space']);
  expect(await pressed('Chosen', '{ArrowRight}')).toEqual([]);
  expect(await pressed('Check', ' ')).toEqual([]);
  expect(await pressed('Check', '{ArrowRight}')).toEqual(['ArrowRight']);
  expect(await pressed('Range', '{ArrowRight}')).toEqual([]);
  expect(await pressed('Range', ' ')).toEqual(['Space']);
});

test('keys with Ctrl or ⌘ work in text fields too, and when single keys are switched off', async () => {
  const pressed = await aPageWithKeys();
  expect(await pressed('Text', '{Control>}{Enter}{/Control}')).toEqual(['Mod+Enter']);
  setSingleKeys(false);
  expect(await pressed('Page', 'r')).toEqual([]);
  expect(await pressed('Page', ' ')).toEqual([]);
  expect(await pressed('Page', '{Control>}{Enter}{/Control}')).toEqual(['Mod+Enter']);
});

test('keys rest while they are not enabled', async () => {
  const pressed = await aPageWithKeys(false);
  expect(await pressed('Page', 'r')).toEqual([]);
});

test('a held key runs once, an arrow again and again', async () => {
  const pressed = await aPageWithKeys();
  expect(await pressed('Page', '{r>3/}')).toEqual(['r']);
  expect(await pressed('Page', '{ArrowRight>3/}')).toEqual(['ArrowRight', 'ArrowRight', 'ArrowRight']);
});

test('? shows the keys of the page, during which they rest', async () => {
  const pressed = await aPageWithKeys();
  await pressed('Page', '?');
  const table = page.getByRole('table', { name: 'Keys on this page' });
  await expect.element(table).toBeVisible();
  await expect.element(table.getByRole('row', { name: 'Does Mod+Enter Ctrl + Enter' })).toBeVisible();
  await userEvent.keyboard('r');
  expect(await pressed('Page', 'r')).toEqual([]);
  await userEvent.keyboard('{Escape}');
  await expect.element(table).not.toBeInTheDocument();
  expect(await pressed('Page', 'r')).toEqual(['r']);
});

function Timer({ callback, delayMs }: { readonly callback: () => void; readonly delayMs: number | null }) {
  useTimeout(callback, delayMs);
  return null;
}

test('a timer ends with the component that owns it', async () => {
  const gone = vi.fn();
  const never = vi.fn();
  const stays = vi.fn();
  const { unmount } = mount(<Timer callback={gone} delayMs={20} />);
  unmount();
  mount(<Timer callback={never} delayMs={null} />);
  mount(<Timer callback={stays} delayMs={80} />);
  await expect.poll(() => stays.mock.calls.length).toBe(1);
  expect(gone).not.toHaveBeenCalled();
  expect(never).not.toHaveBeenCalled();
});
