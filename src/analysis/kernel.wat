;; What the voice detector spends its time on, for WebAssembly with 128-bit SIMD; kernel.ts has the same in TypeScript.
;; tests/node/kernel.test.ts assembles this text and compares it with the bytes in kernel.ts.
;; Every place and step is in bytes.
(module
  (memory (export "memory") 0)

  ;; to[row] = max(floor, bias[row] + Σ weights[row][column] · from[column]), for `count` vectors at once.
  ;;
  ;; Rows come in blocks of 16, and in a block the 16 weights of one column stand
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
      (br_if $block (i32.gt_s (local.get $rows) (i32.const 0)))))

  ;; The magnitudes (or with $root 0 their squares) of the spectra of four stretches of sound at once, $hop apart: each
  ;; lane of a vector is one stretch. The algorithm is that of fft.ts, two samples packed into one complex number.
  ;;
  ;; $work has room for $size / 2 complex numbers of four lanes, $order tells for each pair of samples its place there,
  ;; and $turns has cos and sin of 2πk/$size for k below $size / 2.
  (func (export "spectra")
    (param $from i32) (param $hop i32)
    (param $window i32) (param $size i32)
    (param $work i32) (param $order i32) (param $turns i32)
    (param $to i32) (param $toStep i32)
    (param $root i32)
    (local $second i32) (local $third i32) (local $fourth i32)
    (local $at i32) (local $end i32) (local $pair v128) (local $other v128)
    (local $a i32) (local $b i32) (local $wing i32) (local $stride i32) (local $turn i32) (local $last i32)
    (local $c v128) (local $s v128)
    (local $re0 v128) (local $im0 v128) (local $re1 v128) (local $im1 v128)
    (local $re2 v128) (local $im2 v128) (local $re3 v128) (local $im3 v128)
    (local $x v128) (local $y v128)
    ;; The work ends where so many complex numbers of 32 bytes have their place.
    (local.set $end (i32.add (local.get $work) (i32.shl (local.get $size) (i32.const 4))))

    ;; Two samples of each stretch, under the window, to where they belong.
    (local.set $second (i32.add (local.get $from) (local.get $hop)))
    (local.set $third (i32.add (local.get $second) (local.get $hop)))
    (local.set $fourth (i32.add (local.get $third) (local.get $hop)))
    (local.set $at (local.get $order))
    (local.set $last (i32.add (local.get $order) (i32.shl (local.get $size) (i32.const 1))))
    (loop $sample
      (local.set $pair
        (v128.load64_lane 1 (local.get $second) (v128.load64_zero (local.get $from))))
      (local.set $other
        (v128.load64_lane 1 (local.get $fourth) (v128.load64_zero (local.get $third))))
      (local.set $a (i32.add (local.get $work) (i32.load (local.get $at))))
      (v128.store (local.get $a)
        (f32x4.mul
          (i8x16.shuffle 0 1 2 3 8 9 10 11 16 17 18 19 24 25 26 27 (local.get $pair) (local.get $other))
          (v128.load32_splat (local.get $window))))
      (v128.store offset=16 (local.get $a)
        (f32x4.mul
          (i8x16.shuffle 4 5 6 7 12 13 14 15 20 21 22 23 28 29 30 31 (local.get $pair) (local.get $other))
          (v128.load32_splat offset=4 (local.get $window))))
      (local.set $from (i32.add (local.get $from) (i32.const 8)))
      (local.set $second (i32.add (local.get $second) (i32.const 8)))
      (local.set $third (i32.add (local.get $third) (i32.const 8)))
      (local.set $fourth (i32.add (local.get $fourth) (i32.const 8)))
      (local.set $window (i32.add (local.get $window) (i32.const 8)))
      (local.set $at (i32.add (local.get $at) (i32.const 4)))
      (br_if $sample (i32.lt_u (local.get $at) (local.get $last))))

    ;; The first two passes together, because their turns are by 0 and 90 degrees only.
    (local.set $a (local.get $work))
    (loop $four
      (local.set $re0 (v128.load (local.get $a)))
      (local.set $im0 (v128.load offset=16 (local.get $a)))
      (local.set $re1 (v128.load offset=32 (local.get $a)))
      (local.set $im1 (v128.load offset=48 (local.get $a)))
      (local.set $re2 (v128.load offset=64 (local.get $a)))
      (local.set $im2 (v128.load offset=80 (local.get $a)))
      (local.set $re3 (v128.load offset=96 (local.get $a)))
      (local.set $im3 (v128.load offset=112 (local.get $a)))
      (local.set $x (f32x4.add (local.get $re0) (local.get $re1)))
      (local.set $y (f32x4.add (local.get $im0) (local.get $im1)))
      (local.set $re0 (f32x4.sub (local.get $re0) (local.get $re1)))
      (local.set $im0 (f32x4.sub (local.get $im0) (local.get $im1)))
      (local.set $re1 (f32x4.add (local.get $re2) (local.get $re3)))
      (local.set $im1 (f32x4.add (local.get $im2) (local.get $im3)))
      (local.set $re2 (f32x4.sub (local.get $re2) (local.get $re3)))
      (local.set $im2 (f32x4.sub (local.get $im2) (local.get $im3)))
      (v128.store (local.get $a) (f32x4.add (local.get $x) (local.get $re1)))
      (v128.store offset=16 (local.get $a) (f32x4.add (local.get $y) (local.get $im1)))
      (v128.store offset=32 (local.get $a) (f32x4.add (local.get $re0) (local.get $im2)))
      (v128.store offset=48 (local.get $a) (f32x4.sub (local.get $im0) (local.get $re2)))
      (v128.store offset=64 (local.get $a) (f32x4.sub (local.get $x) (local.get $re1)))
      (v128.store offset=80 (local.get $a) (f32x4.sub (local.get $y) (local.get $im1)))
      (v128.store offset=96 (local.get $a) (f32x4.sub (local.get $re0) (local.get $im2)))
      (v128.store offset=112 (local.get $a) (f32x4.add (local.get $im0) (local.get $re2)))
      (local.set $a (i32.add (local.get $a) (i32.const 128)))
      (br_if $four (i32.lt_u (local.get $a) (local.get $end))))

    ;; The other passes: $wing is half of what one butterfly spans, $stride from one turn to the next.
    (local.set $wing (i32.const 128))
    (local.set $stride (local.get $size))
    (block $passed
      (loop $pass
        (local.set $a (local.get $work))
        (br_if $passed (i32.ge_u (i32.add (local.get $work) (local.get $wing)) (local.get $end)))
        (loop $butterflies
          (local.set $b (i32.add (local.get $a) (local.get $wing)))
          (local.set $last (local.get $b))
          (local.set $turn (local.get $turns))
          (loop $butterfly
            (local.set $c (v128.load32_splat (local.get $turn)))
            (local.set $s (v128.load32_splat offset=4 (local.get $turn)))
            (local.set $re0 (v128.load (local.get $a)))
            (local.set $im0 (v128.load offset=16 (local.get $a)))
            (local.set $re1 (v128.load (local.get $b)))
            (local.set $im1 (v128.load offset=16 (local.get $b)))
            (local.set $x
              (f32x4.add
                (f32x4.mul (local.get $re1) (local.get $c)) (f32x4.mul (local.get $im1) (local.get $s))))
            (local.set $y
              (f32x4.sub
                (f32x4.mul (local.get $im1) (local.get $c)) (f32x4.mul (local.get $re1) (local.get $s))))
            (v128.store (local.get $a) (f32x4.add (local.get $re0) (local.get $x)))
            (v128.store offset=16 (local.get $a) (f32x4.add (local.get $im0) (local.get $y)))
            (v128.store (local.get $b) (f32x4.sub (local.get $re0) (local.get $x)))
            (v128.store offset=16 (local.get $b) (f32x4.sub (local.get $im0) (local.get $y)))
            (local.set $turn (i32.add (local.get $turn) (local.get $stride)))
            (local.set $b (i32.add (local.get $b) (i32.const 32)))
            (local.set $a (i32.add (local.get $a) (i32.const 32)))
            (br_if $butterfly (i32.lt_u (local.get $a) (local.get $last))))
          (local.set $a (local.get $b))
          (br_if $butterflies (i32.lt_u (local.get $a) (local.get $end))))
        (local.set $wing (i32.shl (local.get $wing) (i32.const 1)))
        (local.set $stride (i32.shr_u (local.get $stride) (i32.const 1)))
        (br $pass)))

    ;; The spectrum of the samples from that of the pairs: the first and the last value, then two by two from the ends.
    (local.set $re0 (v128.load (local.get $work)))
    (local.set $im0 (v128.load offset=16 (local.get $work)))
    (local.set $x (f32x4.add (local.get $re0) (local.get $im0)))
    (local.set $y (f32x4.sub (local.get $re0) (local.get $im0)))
    (local.set $at (local.get $to))
    (local.set $last (i32.add (local.get $to) (i32.shl (local.get $size) (i32.const 1))))
    (call $store
      (local.get $at) (local.get $toStep) (local.get $root)
      (f32x4.mul (local.get $x) (local.get $x)))
    (call $store
      (local.get $last) (local.get $toStep) (local.get $root)
      (f32x4.mul (local.get $y) (local.get $y)))
    (local.set $a (local.get $work))
    (local.set $b (local.get $end))
    (local.set $turn (local.get $turns))
    (loop $bins
      (local.set $a (i32.add (local.get $a) (i32.const 32)))
      (local.set $b (i32.sub (local.get $b) (i32.const 32)))
      (local.set $at (i32.add (local.get $at) (i32.const 4)))
      (local.set $last (i32.sub (local.get $last) (i32.const 4)))
      (local.set $turn (i32.add (local.get $turn) (i32.const 8)))
      (local.set $c (f32x4.mul (v128.load32_splat (local.get $turn)) (f32x4.splat (f32.const 0.5))))
      (local.set $s (f32x4.mul (v128.load32_splat offset=4 (local.get $turn)) (f32x4.splat (f32.const 0.5))))
      (local.set $re0 (v128.load (local.get $a)))
      (local.set $im0 (v128.load offset=16 (local.get $a)))
      (local.set $re1 (v128.load (local.get $b)))
      (local.set $im1 (v128.load offset=16 (local.get $b)))
      ;; Of the even samples
      (local.set $re2
        (f32x4.mul (f32x4.add (local.get $re0) (local.get $re1)) (f32x4.splat (f32.const 0.5))))
      (local.set $im2
        (f32x4.mul (f32x4.sub (local.get $im0) (local.get $im1)) (f32x4.splat (f32.const 0.5))))
      ;; and of the odd ones, turned.
      (local.set $re3 (f32x4.add (local.get $im0) (local.get $im1)))
      (local.set $im3 (f32x4.sub (local.get $re1) (local.get $re0)))
      (local.set $x
        (f32x4.add
          (f32x4.mul (local.get $re3) (local.get $c)) (f32x4.mul (local.get $im3) (local.get $s))))
      (local.set $y
        (f32x4.sub
          (f32x4.mul (local.get $im3) (local.get $c)) (f32x4.mul (local.get $re3) (local.get $s))))
      (local.set $re0 (f32x4.add (local.get $re2) (local.get $x)))
      (local.set $im0 (f32x4.add (local.get $im2) (local.get $y)))
      (local.set $re1 (f32x4.sub (local.get $re2) (local.get $x)))
      (local.set $im1 (f32x4.sub (local.get $im2) (local.get $y)))
      (call $store
        (local.get $at) (local.get $toStep) (local.get $root)
        (f32x4.add
          (f32x4.mul (local.get $re0) (local.get $re0)) (f32x4.mul (local.get $im0) (local.get $im0))))
      (call $store
        (local.get $last) (local.get $toStep) (local.get $root)
        (f32x4.add
          (f32x4.mul (local.get $re1) (local.get $re1)) (f32x4.mul (local.get $im1) (local.get $im1))))
      (br_if $bins (i32.lt_u (local.get $at) (local.get $last)))))

  ;; One value of four spectra, each to its own.
  (func $store (param $to i32) (param $step i32) (param $root i32) (param $power v128)
    (if (local.get $root) (then (local.set $power (f32x4.sqrt (local.get $power)))))
    (v128.store32_lane 0 (local.get $to) (local.get $power))
    (local.set $to (i32.add (local.get $to) (local.get $step)))
    (v128.store32_lane 1 (local.get $to) (local.get $power))
    (local.set $to (i32.add (local.get $to) (local.get $step)))
    (v128.store32_lane 2 (local.get $to) (local.get $power))
    (local.set $to (i32.add (local.get $to) (local.get $step)))
    (v128.store32_lane 3 (local.get $to) (local.get $power)))

  ;; 1 / (1 + e^-x). The power is taken as 2^whole · 2^rest: the whole number goes straight into the exponent of a
  ;; float, and 2^rest, for a rest within half a unit, is a polynomial that is right to 2e-7.
  (func $sigmoid (param $x v128) (result v128)
    (local $whole v128) (local $rest v128)
    (local.set $x
      (f32x4.max
        (f32x4.min
          (f32x4.mul (local.get $x) (f32x4.splat (f32.const -1.44269504)))
          (f32x4.splat (f32.const 126)))
        (f32x4.splat (f32.const -126))))
    (local.set $whole (f32x4.nearest (local.get $x)))
    (local.set $rest (f32x4.sub (local.get $x) (local.get $whole)))
    (local.set $x (f32x4.splat (f32.const 0.000154035304)))
    (local.set $x
      (f32x4.add (f32x4.mul (local.get $x) (local.get $rest)) (f32x4.splat (f32.const 0.00133335581))))
    (local.set $x
      (f32x4.add (f32x4.mul (local.get $x) (local.get $rest)) (f32x4.splat (f32.const 0.00961812911))))
    (local.set $x
      (f32x4.add (f32x4.mul (local.get $x) (local.get $rest)) (f32x4.splat (f32.const 0.0555041087))))
    (local.set $x
      (f32x4.add (f32x4.mul (local.get $x) (local.get $rest)) (f32x4.splat (f32.const 0.240226507))))
    (local.set $x
      (f32x4.add (f32x4.mul (local.get $x) (local.get $rest)) (f32x4.splat (f32.const 0.693147181))))
    (local.set $x
      (f32x4.add (f32x4.mul (local.get $x) (local.get $rest)) (f32x4.splat (f32.const 1))))
    (local.set $whole
      (i32x4.shl
        (i32x4.add (i32x4.trunc_sat_f32x4_s (local.get $whole)) (i32x4.splat (i32.const 127)))
        (i32.const 23)))
    (f32x4.div
      (f32x4.splat (f32.const 1))
      (f32x4.add (f32x4.splat (f32.const 1)) (f32x4.mul (local.get $x) (local.get $whole)))))

  ;; 2 · sigmoid(2x) − 1
  (func $tanh (param $x v128) (result v128)
    (local.set $x (call $sigmoid (f32x4.add (local.get $x) (local.get $x))))
    (f32x4.sub (f32x4.add (local.get $x) (local.get $x)) (f32x4.splat (f32.const 1))))

  ;; One step of an LSTM of 128 cells, whose gates stand in the order of PyTorch (input, forget, cell, output): changes
  ;; $cells and $hidden, and gives Σ $weights · max(0, $hidden).
  (func (export "remember")
    (param $gates i32) (param $cells i32) (param $hidden i32) (param $weights i32) (result f32)
    (local $end i32) (local $value v128) (local $sum v128)
    (local.set $end (i32.add (local.get $gates) (i32.const 512)))
    (loop $cell
      (local.set $value
        (f32x4.add
          (f32x4.mul
            (call $sigmoid (v128.load offset=512 (local.get $gates)))
            (v128.load (local.get $cells)))
          (f32x4.mul
            (call $sigmoid (v128.load (local.get $gates)))
            (call $tanh (v128.load offset=1024 (local.get $gates))))))
      (v128.store (local.get $cells) (local.get $value))
      (local.set $value
        (f32x4.mul
          (call $sigmoid (v128.load offset=1536 (local.get $gates)))
          (call $tanh (local.get $value))))
      (v128.store (local.get $hidden) (local.get $value))
      (local.set $sum
        (f32x4.add
          (local.get $sum)
          (f32x4.mul
            (v128.load (local.get $weights))
            (f32x4.max (local.get $value) (f32x4.splat (f32.const 0))))))
      (local.set $gates (i32.add (local.get $gates) (i32.const 16)))
      (local.set $cells (i32.add (local.get $cells) (i32.const 16)))
      (local.set $hidden (i32.add (local.get $hidden) (i32.const 16)))
      (local.set $weights (i32.add (local.get $weights) (i32.const 16)))
      (br_if $cell (i32.lt_u (local.get $gates) (local.get $end))))
    (f32.add
      (f32.add (f32x4.extract_lane 0 (local.get $sum)) (f32x4.extract_lane 1 (local.get $sum)))
      (f32.add (f32x4.extract_lane 2 (local.get $sum)) (f32x4.extract_lane 3 (local.get $sum))))))
