// Light or dark, set before the first paint. A classic script, so that the page does not flash.
(() => {
  const KEY = 'sandbox-theme';
  const root = document.documentElement;
  const dark = matchMedia('(prefers-color-scheme: dark)');
  let saved = null;
  try { saved = localStorage.getItem(KEY); } catch { /* Storage is blocked: follow the system. */ }
  const apply = () => { root.dataset.theme = saved || (dark.matches ? 'dark' : 'light'); };
  dark.addEventListener('change', apply);
  window.toggleTheme = () => {
    saved = root.dataset.theme === 'dark' ? 'light' : 'dark';
    try { localStorage.setItem(KEY, saved); } catch { /* The choice holds until the page closes. */ }
    apply();
    return saved;
  };
  apply();
})();
