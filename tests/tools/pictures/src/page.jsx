// Draws the dashboard of /board.json, with the answers to its queries beside each panel; then window.drawn lists what could not be drawn.
import { Component } from 'react';
import { createRoot } from 'react-dom/client';
import UPNG from 'upng-js';
import { createTheme, dateTime, EventBusSrv, LoadingState, ThemeContext } from '@grafana/data';
import { initPluginTranslations } from '@grafana/i18n';
import { GlobalStyles, Icon, PanelChrome, PanelContextProvider } from '@grafana/ui';
import '@grafana/react-data-grid/lib/styles.css';
import { framesOf } from './fields.js';
import { Message, VIEWS } from './panels.jsx';

const TIME_ZONE = 'utc';
const COLUMNS = 24;
const CELL = 30;
const GAP = 8;
const MARGIN = 16;

const failures = [];

class Guard extends Component {
  state = {};

  static getDerivedStateFromError(error) {
    return { error };
  }

  componentDidCatch(error) {
    failures.push({ panel: this.props.panel.id, message: error.message });
  }

  render() {
    return this.state.error ? <Message text={this.state.error.message} /> : this.props.children;
  }
}

function boxOf({ x, y, w, h }, width) {
  const column = (width - GAP * (COLUMNS - 1)) / COLUMNS;
  return {
    left: Math.round(x * (column + GAP)),
    top: y * (CELL + GAP),
    width: Math.round(w * column + (w - 1) * GAP),
    height: h * CELL + (h - 1) * GAP,
  };
}

function Panel({ item, box, theme, timeRange, context }) {
  const { panel, note, data, fieldConfig } = item;
  const View = VIEWS[panel.type];
  return (
    <div style={{ position: 'absolute', ...box }} data-panel={panel.id}>
      <PanelChrome
        title={panel.title} description={panel.description && (() => panel.description)} width={box.width} height={box.height}
        loadingState={LoadingState.Done} statusMessage={item.error}
      >
        {(width, height) => {
          if (note) return <Message text={note} />;
          if (!data.some(({ length }) => length)) return <Message text={fieldConfig.defaults.noValue ?? 'No data'} />;
          const shared = { panel, data, fieldConfig, width, height, theme, timeRange, timeZone: TIME_ZONE };
          return (
            <Guard panel={panel}>
              <PanelContextProvider value={context}>
                <View {...shared} />
              </PanelContextProvider>
            </Guard>
          );
        }}
      </PanelChrome>
    </div>
  );
}

const Row = ({ item, box, theme }) => (
  <div style={{ position: 'absolute', ...box, display: 'flex', alignItems: 'center', gap: 8 }}>
    <Icon name={item.collapsed ? 'angle-right' : 'angle-down'} />
    <span style={{ fontSize: theme.typography.h5.fontSize, fontWeight: 500 }}>{item.title}</span>
    {item.collapsed && <span style={{ color: theme.colors.text.secondary, fontSize: 12, fontStyle: 'italic' }}>({item.panels} panels)</span>}
  </div>
);

function Head({ board, theme }) {
  const line = { display: 'flex', alignItems: 'center', gap: 8 };
  const field = { ...line, height: 32, padding: '0 8px', border: `1px solid ${theme.colors.border.weak}`, background: theme.colors.background.primary };
  const input = { ...field, background: theme.components.input.background, border: `1px solid ${theme.components.input.borderColor}`, minWidth: 60 };
  return (
    <>
      <div style={{ ...line, height: 40, padding: `0 ${MARGIN}px`, background: theme.colors.background.primary, borderBottom: field.border }}>
        <span style={{ color: theme.colors.text.secondary }}>Dashboards</span>
        <Icon name="angle-right" />
        <span>{board.title}</span>
      </div>
      <div style={{ display: 'flex', gap: 8, padding: `${MARGIN}px ${MARGIN}px 8px`, alignItems: 'flex-start', fontSize: 14 }}>
        <div style={{ display: 'flex', gap: 8, flexWrap: 'wrap', flexGrow: 1 }}>
          {board.variables.map(({ label, text }) => (
            <div key={label} style={{ display: 'flex', whiteSpace: 'nowrap' }}>
              <span style={{ ...field, borderRight: 'none', fontSize: 12, fontWeight: 500 }}>{label}</span>
              <span style={input}>{text}</span>
            </div>
          ))}
        </div>
        <span style={{ ...field, color: theme.colors.text.secondary, whiteSpace: 'nowrap' }}>
          <Icon name="clock-nine" />
          {board.range} (UTC)
        </span>
      </div>
    </>
  );
}

function Board({ board, theme }) {
  const width = board.width - 2 * MARGIN;
  const bottom = Math.max(...board.items.map(({ gridPos: { y, h } }) => y + h));
  const [from, to] = [dateTime(board.from * 1000), dateTime(board.to * 1000)];
  const shared = { theme, timeRange: { from, to, raw: { from, to } } };
  const context = { eventsScope: 'global', eventBus: new EventBusSrv(), sync: () => 0, canAddAnnotations: () => false };
  return (
    <ThemeContext.Provider value={theme}>
      <GlobalStyles />
      <div style={{ width: board.width }}>
        <Head board={board} theme={theme} />
        <div style={{ position: 'relative', margin: `8px ${MARGIN}px ${MARGIN}px`, height: bottom * (CELL + GAP) }}>
          {board.items.map((item, index) => {
            const box = boxOf(item.gridPos, width);
            return item.panel ? <Panel key={index} item={item} box={box} context={context} {...shared} /> : <Row key={index} item={item} box={box} {...shared} />;
          })}
        </div>
      </div>
    </ThemeContext.Provider>
  );
}

async function draw() {
  // Texts are English where no translation is loaded.
  await initPluginTranslations('grafana-ui').catch(() => {});
  await Promise.all(['400 12px Inter', '500 12px Inter'].map((font) => document.fonts.load(font)));
  const board = await (await fetch('board.json')).json();
  const theme = createTheme({ colors: { mode: 'dark' } });
  await Promise.all(
    board.items.filter(({ answers }) => answers).map(async (item) => Object.assign(item, await framesOf(item.panel, item.answers, theme, TIME_ZONE)))
  );
  const onUncaughtError = (error) => failures.push({ panel: null, message: String(error.stack) });
  createRoot(document.getElementById('root'), { onUncaughtError }).render(<Board board={board} theme={theme} />);
  // Legends are measured after the first layout, and charts drawn into what they leave.
  await new Promise((resolve) => setTimeout(resolve, 700));
  window.drawn = failures;
}

/** The same PNG with 256 colours, which is less than half as large. */
window.reduced = (base64) => {
  const image = UPNG.decode(Uint8Array.from(atob(base64), (character) => character.charCodeAt(0)).buffer);
  const bytes = new Uint8Array(UPNG.encode(UPNG.toRGBA8(image), image.width, image.height, 256));
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
};

draw().catch((error) => {
  window.drawn = [{ panel: null, message: String(error.stack ?? error) }];
});
