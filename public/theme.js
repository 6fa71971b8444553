// Runs before the first paint, so that a stored theme never flashes the other one. The policy forbids inline scripts.
try {
  const theme = localStorage.getItem('breakwater.theme');
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
} catch {
  // Storage is switched off: the system's theme applies, and the CSS knows it without help.
}
