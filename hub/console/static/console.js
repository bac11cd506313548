// Small behaviours only: running clocks, keys, the live light, rows that change in place. Pages come from the server.
'use strict';
(() => {
  const one = (selector, root = document) => root.querySelector(selector);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const page = document.body.dataset;

  // The browser's clock may be wrong; what is left is counted from the server's time of the page.
  const skew = Number(page.now) - Date.now();
  const two = value => String(value).padStart(2, '0');

  function clocks() {
    const now = Date.now() + skew;
    for (const clock of all('.clk[data-due]')) {
      const left = Number(clock.dataset.due) - now, size = Math.abs(left) / 1000;
      const days = Math.floor(size / 86400);
      const time = [size % 86400 / 3600, size % 3600 / 60, size % 60].map(part => two(Math.floor(part))).join(':');
      const shown = days ? `${days} ${page.day} ${time}` : time;
      one('b', clock).textContent = left < 0 ? page.over.replace('{time}', shown) : shown;
      clock.dataset.state = left < 0 ? 'overdue' : left < Number(clock.dataset.soon) ? 'soon'
        : left < Number(clock.dataset.remind) ? 'remind' : 'normal';
      const gone = left < 0 ? 100 : Math.max(2, Math.min(100, 100 - left / Number(clock.dataset.span) * 100));
      one('.arc', clock).setAttribute('stroke-dasharray', `${gone} 100`);
    }
  }
  if (one('.clk[data-due]')) { clocks(); setInterval(clocks, 1000); }

  // Keys: / search, j and k rows, g and a letter goes to a page.
  let went = 0;
  document.addEventListener('keydown', event => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.key === 'Escape') all('details.pick[open]').forEach(menu => { menu.open = false; });
    if (event.target.closest('input,textarea,select')) return;
    if (event.key === '/') { event.preventDefault(); one('#q')?.focus(); return; }
    if (event.key === 'j' || event.key === 'k') {
      const links = all('#rows .wide > a, .board .kard > a');
      if (!links.length) return;
      const at = links.indexOf(document.activeElement) + (event.key === 'j' ? 1 : -1);
      links[Math.max(0, Math.min(links.length - 1, at))].focus();
    } else if (event.key === 'g') went = Date.now();
    else if (Date.now() - went < 1000) one(`.side a[data-key="${CSS.escape(event.key)}"]`)?.click();
  });
  document.addEventListener('click', event => {
    for (const menu of all('details.pick[open]')) if (!menu.contains(event.target)) menu.open = false;
    if (event.target.closest('[data-print]')) print();
    const opener = event.target.closest('[data-opens]');
    if (opener) one(`#${opener.dataset.opens}`).showModal();
    if (event.target.closest('[data-closes]')) event.target.closest('dialog').close();
    if (event.target.closest('[data-reload]')) location.reload();
  });
  document.addEventListener('change', event => {
    const boxes = event.target.dataset.checks;
    if (boxes) all(boxes).forEach(box => { box.checked = event.target.checked; });
  });
  document.addEventListener('submit', event => {
    event.target.closest('dialog')?.close();
    // Filters change the address while the page stays: a form that comes back goes to where it is now.
    const address = one('[data-address]', event.target);
    if (address) address.value = location.pathname + location.search;
  });

  // A wallboard shows its blocks large in turn; a key stops it where it is, and starts it again.
  if (page.turns) {
    let turn = 4, rests = false;
    document.addEventListener('keydown', event => { if (event.key === ' ') { event.preventDefault(); rests = !rests; } });
    page.turn = turn;
    setInterval(() => { if (!rests) page.turn = turn = turn % Number(page.turns) + 1; }, 12000);
  }

  // The light: green while the hub moves, amber when its data is old, red when the stream is cut.
  const lamp = one('#lamp');
  if (!lamp || !page.stream) return;
  const word = one('b', lamp), stale = one('#stale');
  let heard = Date.now(), age = null, aged = 0, seq = Number(page.seq), source = null, ended = false;

  function light() {
    const silent = (Date.now() - heard) / 1000;
    const lost = ended || silent > 8;
    const old = age === null ? null : age + (Date.now() - aged) / 1000;
    lamp.dataset.state = lost ? 'lost' : old === null || old > 5 ? 'old' : 'ok';
    word.textContent = lost ? page.cut : old === null ? page.still : old < 60 ? `${old.toFixed(1)} s` : `${Math.floor(old / 60)} min`;
    stale.hidden = !lost;
  }
  setInterval(light, 500);

  function connect() {
    source?.close();
    const asked = new URLSearchParams({ after: seq, ...(page.looking && { looking: page.looking }) });
    source = new EventSource(`${page.stream}${page.stream.includes('?') ? '&' : '?'}${asked}`);
    source.addEventListener('beat', event => {
      const told = JSON.parse(event.data);
      heard = aged = Date.now(); age = told.well ? told.age : null;
      light();
    });
    source.addEventListener('changed', event => {
      seq = Number(event.lastEventId) || seq;
      changed(JSON.parse(event.data).problems);
    });
    source.addEventListener('news', event => tell(JSON.parse(event.data)));
    source.addEventListener('waiting', event => wait(JSON.parse(event.data).number));
    source.addEventListener('here', event => company(JSON.parse(event.data).logins));
    source.addEventListener('ended', () => { ended = true; source.close(); light(); });
    source.onerror = () => { heard = Math.min(heard, Date.now() - 9000); light(); };
  }
  // A hidden page lets its connection go: a browser has only six for one host.
  document.addEventListener('visibilitychange', () => {
    if (document.hidden) { source?.close(); source = null; } else if (!source && !ended) connect();
  });
  addEventListener('pagehide', () => source?.close());
  connect();

  // News that concern the desk stand in the corner for a while; under the pointer or the focus they stay.
  const NEWS_MAX = 4, NEWS_MS = 12000;
  function tell(news) {
    for (const line of [...news.lines].reverse()) note(line.word, line.text, line.href, line.tone);
    if (news.more) note(page.more.replace('{n}', news.more), '', '', 'normal');
  }
  function note(word, text, href, tone) {
    const place = one('#toast'), line = document.createElement('p'), bold = document.createElement('b');
    if (!place) return;
    line.className = tone;
    bold.textContent = word;
    line.append(bold);
    if (href) {
      const link = document.createElement('a');
      link.href = href;
      link.textContent = text;
      line.append(link);
    }
    const close = document.createElement('button');
    close.type = 'button';
    close.setAttribute('aria-label', page.close);
    close.innerHTML = `<svg class="ic" aria-hidden="true"><use href="${page.icons}#x"/></svg>`;
    close.addEventListener('click', () => line.remove());
    line.append(close);
    place.append(line);
    while (place.children.length > NEWS_MAX) place.firstChild.remove();
    const leave = () => line.matches(':hover, :focus-within') ? setTimeout(leave, 2000) : line.remove();
    setTimeout(leave, NEWS_MS);
  }
  function wait(number) {
    const count = one('#waiting');
    if (!count) return;
    count.textContent = number > 99 ? '99+' : number;
    count.hidden = !number;
  }
  function company(logins) {
    const place = one('#here');
    if (!place) return;
    one('b', place).textContent = logins.join(', ');
    place.hidden = !logins.length;
  }

  // What changed: parts that say so are fetched anew, at most once in a while; rows on screen change in place.
  const waiting = new Map(), HELD = 'details[open], dialog[open]';
  // An open menu or form would close under the hand: its part waits until it is shut, also when opened meanwhile.
  document.addEventListener('htmx:before:swap', event => {
    const { sourceElement, target } = event.detail.ctx;
    if (sourceElement === document.body && one(HELD, target)) { event.preventDefault(); refresh(target); }
  });
  function refresh(part) {
    const wait = waiting.get(part.id);
    if (wait) { wait.again = true; return; }
    const held = Boolean(one(HELD, part)), state = { again: held };
    waiting.set(part.id, state);
    if (!state.again)
      htmx.ajax('GET', location.pathname + location.search, { target: `#${part.id}`, select: `#${part.id}`, swap: 'outerMorph' });
    setTimeout(() => {
      waiting.delete(part.id);
      if (state.again) { const fresh = one(`#${CSS.escape(part.id)}`); if (fresh) refresh(fresh); }
    }, held ? 200 : 1000);
  }
  let unseen = new Set();
  function changed(problems) {
    for (const part of all('[data-live]')) {
      const only = part.dataset.live;
      if (!only || problems.includes(only)) refresh(part);
    }
    const rows = one('#rows');
    if (!rows || !page.rows) return;
    const here = problems.filter(number => one(`#p-${CSS.escape(number)}`));
    if (here.length) refreshRows(here.slice(0, 40));
    problems.filter(number => !one(`#p-${CSS.escape(number)}`)).forEach(number => unseen.add(number));
    const button = one('#unseen');
    if (button && unseen.size) { button.hidden = false; one('b', button).textContent = unseen.size; }
  }
  async function refreshRows(numbers) {
    const query = new URLSearchParams(numbers.map(number => ['id', number]));
    const at = new URLSearchParams(location.search).get('at');
    if (at) query.set('at', at);
    const answer = await fetch(`${page.rows}?${query}`, { headers: { 'HX-Request': 'true' } });
    if (!answer.ok) return;
    const table = document.createElement('table');
    table.innerHTML = await answer.text();
    for (const row of all('tr[id]', table)) {
      const old = one(`#${CSS.escape(row.id)}`);
      if (!old) continue;
      const held = old.contains(document.activeElement), box = one('[name=id]', row);
      if (box) box.checked = one('[name=id]', old).checked;
      old.replaceWith(row);
      row.classList.add('flash');
      if (held) one('.wide > a', row).focus({ preventScroll: true });
    }
  }
})();
