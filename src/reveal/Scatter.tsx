import type { Pair } from '../domain/calibration.ts';
import styles from './Scatter.module.css';

const x = (level: number) => 22 + level * 42;
const y = (level: number) => 170 - level * 40;
const LINES = [0, 1, 2, 3, 4] as const;

/** Predicted across, scored upwards; on the diagonal they are the same. For the eye: a table says it too. */
export function Scatter({ pairs }: { readonly pairs: readonly Pair[] }) {
  return (
    <svg className={styles['chart']} viewBox="0 0 212 206" aria-hidden="true">
      {LINES.map((level) => (
        <g key={level}>
          <path className={styles['axis']} d={`M${x(0)} ${y(level)}H${x(4)}M${x(level)} ${y(0)}V${y(4)}`} />
          <text x={x(level)} y={y(0) + 15} textAnchor="middle">
            {level}
          </text>
          <text x={x(0) - 8} y={y(level) + 4} textAnchor="end">
            {level}
          </text>
        </g>
      ))}
      <path className={styles['same']} d={`M${x(0)} ${y(0)}L${x(4)} ${y(4)}`} />
      <text x={x(4)} y={y(0) + 31} textAnchor="end">
        predicted
      </text>
      <text x={x(0) + 5} y={y(4) + 14}>
        scored
      </text>
      {pairs.map(({ scored, first, second }) => (
        <circle key={scored.attempt.id} className={styles['dot']} cx={x(first)} cy={y(second)} r="5" />
      ))}
    </svg>
  );
}
