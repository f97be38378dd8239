;; What the network of silero.ts spends its time on, for WebAssembly with 128-bit SIMD.
;; tests/node/silero.test.ts assembles this text and compares it with the bytes in silero-kernel.ts.
(module
  ;; 32 pages of 64 kB: the weights take 14, what is computed the rest.
  (memory (export "memory") 32)

  ;; to[row] = max(floor, bias[row] + Σ weights[row][column] · from[column]), for `count` vectors at once.
  ;;
  ;; All places and steps are in bytes. Rows come in blocks of 16, and in a block the 16 weights of one column stand
  ;; side by side: then one number of `from` meets 16 weights, and nothing is added up across the lanes of a vector.
  ;; Two vectors are taken together as long as there are two, so that each weight is loaded once for both.
  (func (export "product")
    (param $to i32) (param $toStep i32)
    (param $from i32) (param $fromStep i32)
    (param $count i32)
    (param $weights i32) (param $blockStep i32)
    (param $bias i32)
    (param $rows i32) (param $columns i32)
    (param $floor f32)
    (local $low v128) (local $end i32) (local $left i32)
    (local $x i32) (local $y i32) (local $w i32) (local $outX i32) (local $outY i32)
    (local $value v128)
    (local $x0 v128) (local $x1 v128) (local $x2 v128) (local $x3 v128)
    (local $y0 v128) (local $y1 v128) (local $y2 v128) (local $y3 v128)
    (local $w0 v128) (local $w1 v128) (local $w2 v128) (local $w3 v128)
    (local.set $low (f32x4.splat (local.get $floor)))
    ;; Each round is one block of 16 rows, whose weights stay in the nearest cache for all vectors.
    (loop $block
      (local.set $x (local.get $from))
      (local.set $outX (local.get $to))
      (local.set $left (local.get $count))
      (block $noPair
        (loop $pair
          (br_if $noPair (i32.lt_s (local.get $left) (i32.const 2)))
          (local.set $x0 (v128.load (local.get $bias)))
          (local.set $x1 (v128.load offset=16 (local.get $bias)))
          (local.set $x2 (v128.load offset=32 (local.get $bias)))
          (local.set $x3 (v128.load offset=48 (local.get $bias)))
          (local.set $y0 (local.get $x0))
          (local.set $y1 (local.get $x1))
          (local.set $y2 (local.get $x2))
          (local.set $y3 (local.get $x3))
          (local.set $w (local.get $weights))
          (local.set $y (i32.add (local.get $x) (local.get $fromStep)))
          (local.set $outY (i32.add (local.get $outX) (local.get $toStep)))
          (local.set $end (i32.add (local.get $x) (i32.shl (local.get $columns) (i32.const 2))))
          (loop $column
            (local.set $w0 (v128.load (local.get $w)))
            (local.set $w1 (v128.load offset=16 (local.get $w)))
            (local.set $w2 (v128.load offset=32 (local.get $w)))
            (local.set $w3 (v128.load offset=48 (local.get $w)))
            (local.set $value (v128.load32_splat (local.get $x)))
            (local.set $x0 (f32x4.add (local.get $x0) (f32x4.mul (local.get $w0) (local.get $value))))
            (local.set $x1 (f32x4.add (local.get $x1) (f32x4.mul (local.get $w1) (local.get $value))))
            (local.set $x2 (f32x4.add (local.get $x2) (f32x4.mul (local.get $w2) (local.get $value))))
            (local.set $x3 (f32x4.add (local.get $x3) (f32x4.mul (local.get $w3) (local.get $value))))
            (local.set $value (v128.load32_splat (local.get $y)))
            (local.set $y0 (f32x4.add (local.get $y0) (f32x4.mul (local.get $w0) (local.get $value))))
            (local.set $y1 (f32x4.add (local.get $y1) (f32x4.mul (local.get $w1) (local.get $value))))
            (local.set $y2 (f32x4.add (local.get $y2) (f32x4.mul (local.get $w2) (local.get $value))))
            (local.set $y3 (f32x4.add (local.get $y3) (f32x4.mul (local.get $w3) (local.get $value))))
            (local.set $w (i32.add (local.get $w) (i32.const 64)))
            (local.set $x (i32.add (local.get $x) (i32.const 4)))
            (local.set $y (i32.add (local.get $y) (i32.const 4)))
            (br_if $column (i32.lt_u (local.get $x) (local.get $end))))
          (v128.store (local.get $outX) (f32x4.max (local.get $low) (local.get $x0)))
          (v128.store offset=16 (local.get $outX) (f32x4.max (local.get $low) (local.get $x1)))
          (v128.store offset=32 (local.get $outX) (f32x4.max (local.get $low) (local.get $x2)))
          (v128.store offset=48 (local.get $outX) (f32x4.max (local.get $low) (local.get $x3)))
          (v128.store (local.get $outY) (f32x4.max (local.get $low) (local.get $y0)))
          (v128.store offset=16 (local.get $outY) (f32x4.max (local.get $low) (local.get $y1)))
          (v128.store offset=32 (local.get $outY) (f32x4.max (local.get $low) (local.get $y2)))
          (v128.store offset=48 (local.get $outY) (f32x4.max (local.get $low) (local.get $y3)))
          (local.set $left (i32.sub (local.get $left) (i32.const 2)))
          ;; $x is at the end of its vector: back to its beginning, and two on.
          (local.set $x
            (i32.add
              (i32.sub (local.get $x) (i32.shl (local.get $columns) (i32.const 2)))
              (i32.shl (local.get $fromStep) (i32.const 1))))
          (local.set $outX (i32.add (local.get $outX) (i32.shl (local.get $toStep) (i32.const 1))))
          (br $pair)))
      (if (local.get $left)
        (then
          (local.set $x0 (v128.load (local.get $bias)))
          (local.set $x1 (v128.load offset=16 (local.get $bias)))
          (local.set $x2 (v128.load offset=32 (local.get $bias)))
          (local.set $x3 (v128.load offset=48 (local.get $bias)))
          (local.set $w (local.get $weights))
          (local.set $end (i32.add (local.get $x) (i32.shl (local.get $columns) (i32.const 2))))
          (loop $column
            (local.set $value (v128.load32_splat (local.get $x)))
            (local.set $x0
              (f32x4.add (local.get $x0) (f32x4.mul (v128.load (local.get $w)) (local.get $value))))
            (local.set $x1
              (f32x4.add (local.get $x1) (f32x4.mul (v128.load offset=16 (local.get $w)) (local.get $value))))
            (local.set $x2
              (f32x4.add (local.get $x2) (f32x4.mul (v128.load offset=32 (local.get $w)) (local.get $value))))
            (local.set $x3
              (f32x4.add (local.get $x3) (f32x4.mul (v128.load offset=48 (local.get $w)) (local.get $value))))
            (local.set $w (i32.add (local.get $w) (i32.const 64)))
            (local.set $x (i32.add (local.get $x) (i32.const 4)))
            (br_if $column (i32.lt_u (local.get $x) (local.get $end))))
          (v128.store (local.get $outX) (f32x4.max (local.get $low) (local.get $x0)))
          (v128.store offset=16 (local.get $outX) (f32x4.max (local.get $low) (local.get $x1)))
          (v128.store offset=32 (local.get $outX) (f32x4.max (local.get $low) (local.get $x2)))
          (v128.store offset=48 (local.get $outX) (f32x4.max (local.get $low) (local.get $x3)))))
      (local.set $weights (i32.add (local.get $weights) (local.get $blockStep)))
      (local.set $bias (i32.add (local.get $bias) (i32.const 64)))
      (local.set $to (i32.add (local.get $to) (i32.const 64)))
      (local.set $rows (i32.sub (local.get $rows) (i32.const 16)))
      (br_if $block (i32.gt_s (local.get $rows) (i32.const 0))))))
