// The tour of four steps: shown once a browser, beside the page and never over it; the user's menu shows it again.
'use strict';
(() => {
  const tour = document.querySelector('#tour');
  if (!tour) return;
  const steps = [...tour.querySelectorAll('section')];
  let at = 0;

  function light(on) {
    document.querySelectorAll('.lit').forEach(el => el.classList.remove('lit'));
    if (on) document.querySelector(steps[at].dataset.lit)?.classList.add('lit');
  }
  function show(step) {
    at = step;
    steps.forEach((section, n) => { section.hidden = n !== at; });
    tour.setAttribute('aria-label', steps[at].querySelector('h2').textContent);
    light(true);
    steps[at].querySelector('button:last-child').focus({ preventScroll: true });
  }
  function end() {
    light(false);
    tour.close();
    document.cookie = 'hub_toured=1; path=/; max-age=31536000; samesite=lax';
  }
  document.addEventListener('click', event => {
    const wish = event.target.closest('[data-tour]')?.dataset.tour;
    if (wish === 'start') { tour.show(); show(0); }
    if (wish === 'next') show(at + 1);
    if (wish === 'end') end();
  });
  tour.addEventListener('keydown', event => { if (event.key === 'Escape') end(); });
  if (!document.cookie.includes('hub_toured=')) { tour.show(); show(0); }
})();
