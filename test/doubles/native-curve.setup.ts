// As main.ts does: before anything imports Baileys.
import { installNativeCurve } from '../../src/channels/baileys/native-curve.ts';

installNativeCurve();
