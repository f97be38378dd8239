// Before first paint, so that a chosen appearance never flashes the other one. Absent means: as the system says.
try {
  const appearance = localStorage.getItem('talkthrough.appearance');
  if (appearance === 'light' || appearance === 'dark') document.documentElement.dataset.theme = appearance;
} catch {
  // Storage may be refused; the system's appearance then holds.
}
