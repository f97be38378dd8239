// JavaScript, because the versions it turns away cannot run TypeScript.
const [major] = process.versions.node.split('.');
if (Number(major) < 24) {
  console.error(
    `Talkthrough's scripts need Node 24 or newer, and this is Node ${process.versions.node}. ` +
      '`npm ci` puts Node 24 into node_modules for every `npm run` command; if it was told to ignore install ' +
      'scripts, run `npm rebuild node`, or install Node 24 yourself.',
  );
  process.exit(1);
}
