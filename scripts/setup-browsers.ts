import './require-node.js';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/** Everything the tests can use; what is missing is skipped by name, but for Chromium. */
const packages = [
  'chromium',
  'firefox-esr',
  'webkit2gtk-driver',
  // WebKitGTK shows its window on a screen that nobody sees.
  'xvfb',
  // What WebKitGTK records and plays with.
  'gstreamer1.0-plugins-base',
  'gstreamer1.0-plugins-good',
  'gstreamer1.0-plugins-bad',
  'gstreamer1.0-libav',
  // Loudspeakers that go nowhere.
  'pulseaudio',
  'pulseaudio-utils',
];

function aptGet(...args: string[]): boolean {
  const command = process.getuid?.() === 0 ? ['apt-get', ...args] : ['sudo', 'apt-get', ...args];
  console.log(`> ${command.join(' ')}`);
  const [program = '', ...rest] = command;
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  return spawnSync(program, rest, { stdio: 'inherit', env }).status === 0;
}

if (!existsSync('/etc/debian_version')) {
  console.log(`This installs the browsers of the tests on Debian. Elsewhere, install by your own means:

- a Chrome or Chromium: without one "npm test" installs Playwright's
- Firefox: its tests are skipped, by name, when it is not in the path
- on Linux: WebKitWebDriver with MiniBrowser (WebKitGTK 2.50 or newer), Xvfb, and GStreamer with its plugins
  good, bad and libav; without them the tests of WebKitGTK are skipped. On other systems they always are
- PulseAudio with pactl: without it nothing is played aloud`);
} else if (!aptGet('update') || !aptGet('install', '-y', '--no-install-recommends', ...packages)) {
  console.error(
    'Not everything could be installed. Tests of a browser that is missing are skipped, by name.',
  );
  process.exitCode = 1;
}
