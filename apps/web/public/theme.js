// Runs before the first paint, so that a dark screen never flashes white. A file, because inline scripts are forbidden by policy.
(function () {
  var stored = null;
  try {
    stored = localStorage.getItem('jala.theme');
  } catch {
    // Storage may be blocked; the system's preference is used.
  }
  var dark = stored === 'dark' || (stored !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.dataset.theme = dark ? 'dark' : 'light';
})();
