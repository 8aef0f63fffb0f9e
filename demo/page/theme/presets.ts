/** Themes to begin with. Every text of theirs reaches AA in light and dark. */
import type { Style } from '../settings.ts';

export interface Preset {
  readonly name: string;
  readonly style: Style;
}

export const PRESETS: readonly Preset[] = [
  { name: 'As it comes', style: {} },
  {
    name: 'Evergreen',
    style: {
      accent: '0b6b5f-62cfbd',
      'on-accent': 'ffffff-062420',
      radius: '14px',
      'button-radius': '10px',
    },
  },
  {
    name: 'Indigo',
    style: {
      accent: '4338ca-a5b4fc',
      'on-accent': 'ffffff-1e1b4b',
      surface: 'ffffff-15162b',
      text: '1e1b4b-e6e7ff',
      muted: '545a78-a9aecb',
      border: 'dcdff2-33365a',
      radius: '16px',
      'button-radius': '999px',
    },
  },
  {
    name: 'Terracotta',
    style: {
      accent: '9a3412-fdba8c',
      'on-accent': 'ffffff-3a1405',
      surface: 'fffaf5-221813',
      text: '33211a-f6e9e1',
      muted: '6b564b-c6aea2',
      border: 'ecdccf-4a372d',
      radius: '6px',
      'button-radius': '4px',
      font: 'serif',
    },
  },
  {
    name: 'Graphite',
    style: {
      accent: '18181b-f4f4f5',
      'on-accent': 'ffffff-18181b',
      surface: 'ffffff-18181b',
      text: '18181b-f4f4f5',
      muted: '5b5b66-a8a8b3',
      border: 'e0e0e6-3a3a42',
      radius: '4px',
      'button-radius': '4px',
      'font-size': '13px',
    },
  },
  {
    name: 'Plum',
    style: {
      accent: '86198f-f0abfc',
      'on-accent': 'ffffff-3b0764',
      surface: 'fdf8ff-1f1424',
      text: '2e1035-f6e8fb',
      muted: '695070-c3a9cc',
      border: 'ead6f1-47304f',
      radius: '22px',
      'button-radius': '999px',
      space: '20px',
      font: 'rounded',
    },
  },
  {
    name: 'Ocean',
    style: {
      accent: '075985-7dd3fc',
      'on-accent': 'ffffff-082f49',
      surface: 'f7fbfe-0d1c27',
      text: '0b2536-e2f1fa',
      muted: '486375-9db7c7',
      border: 'd3e3ee-27404f',
      radius: '10px',
      'button-radius': '6px',
    },
  },
  {
    name: 'High contrast',
    style: {
      accent: '00008b-ffff00',
      'on-accent': 'ffffff-000000',
      surface: 'ffffff-000000',
      text: '000000-ffffff',
      muted: '1f1f1f-e8e8e8',
      border: '000000-ffffff',
      success: '004d00-7dff7d',
      warning: '5c3300-ffd75e',
      danger: '7a0000-ffb3b3',
      radius: '0px',
      'button-radius': '0px',
      'font-size': '16px',
    },
  },
];
