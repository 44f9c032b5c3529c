/* == base == */
typedef struct {
    const int8_t *weight;      /* output by output */
    const int32_t *bias;       /* where the sum of products starts */
    const int32_t *multiplier; /* of the sum, one per output */
    int32_t shift;             /* one for all */
} linear_t;

/* x becomes a whole number from 0 to 255, half to even; what is no number becomes the mean. Each of the channels has
 * `run` numbers one after the other, then comes the next. */
static void round_input(const float *x, int count, int run, int channels, const float *mean,
                        const float *inverse_scale, int32_t zero, uint8_t *y)
{
    const float low = (float)(0 - zero), high = (float)(255 - zero);
    for (int i = 0; i < count; i++) {
        const int channel = i / run % channels;
        const float moved = x[i] - mean[channel];
        float scaled = moved * inverse_scale[channel];
        if (scaled != scaled)
            scaled = 0.0f;
        scaled = scaled < low ? low : scaled > high ? high : scaled;
        int32_t whole = (int32_t)scaled;
        const float rest = scaled - (float)whole;
        if (rest > 0.5f || (rest == 0.5f && whole % 2 != 0))
            whole++;
        else if (rest < -0.5f || (rest == -0.5f && whole % 2 != 0))
            whole--;
        y[i] = (uint8_t)(whole + zero);
    }
}

/* == floor_shift: base == */
/* A right shift of a negative number is the compiler's choice in C99; this one floors everywhere. */
static int64_t floor_shift(int64_t value, int shift)
{
    return value >= 0 ? value >> shift : ~(~value >> shift);
}

/* == rescale: floor_shift == */
/* sum * multiplier / 2**shift, half goes up. */
static int64_t rescale(int32_t sum, int32_t multiplier, int shift)
{
    return floor_shift((int64_t)sum * multiplier + ((int64_t)1 << (shift - 1)), shift);
}

/* == limit: base == */
static uint8_t limit(int64_t value, int32_t zero)
{
    value += zero;
    return (uint8_t)(value < 0 ? 0 : value > 255 ? 255 : value);
}

/* == dot: base == */
static int32_t dot(const uint8_t *x, int count, int32_t zero, const int8_t *weight, int32_t sum)
{
    for (int i = 0; i < count; i++)
        sum += ((int32_t)x[i] - zero) * weight[i];
    return sum;
}

/* == dense: dot, rescale, limit == */
/* x (rows, columns) to y (rows, outputs). */
static void dense(const uint8_t *x, int rows, int columns, int32_t zero_in, const linear_t *linear, int outputs,
                  int32_t zero_out, uint8_t *y)
{
    for (int row = 0; row < rows; row++, x += columns)
        for (int i = 0; i < outputs; i++) {
            const int32_t sum = dot(x, columns, zero_in, linear->weight + i * columns, linear->bias[i]);
            *y++ = limit(rescale(sum, linear->multiplier[i], linear->shift), zero_out);
        }
}

/* == dense_logits: dot == */
static void dense_logits(const uint8_t *x, int columns, int32_t zero_in, const linear_t *linear, int outputs,
                         const float *scale, float *logits)
{
    for (int i = 0; i < outputs; i++) {
        const float sum = (float)dot(x, columns, zero_in, linear->weight + i * columns, linear->bias[i]);
        logits[i] = sum * scale[i];
    }
}

/* == logits: base == */
static void to_logits(const uint8_t *x, int count, int32_t zero, const float *scale, float *logits)
{
    for (int i = 0; i < count; i++) {
        const float whole = (float)((int32_t)x[i] - zero);
        logits[i] = whole * scale[i];
    }
}

/* == curves: rescale, limit == */
/* Each column of x by its own: over its pieces the sum of x, limited to the piece's two knots, times a weight. */
static void curves(const uint8_t *x, int columns, int pieces, const uint8_t *knots, const linear_t *linear,
                   int32_t zero_out, uint8_t *y)
{
    for (int i = 0; i < columns; i++, knots += pieces + 1) {
        int32_t sum = linear->bias[i];
        for (int piece = 0; piece < pieces; piece++) {
            const int32_t low = knots[piece], high = knots[piece + 1];
            const int32_t reached = x[i] < low ? low : x[i] > high ? high : x[i];
            sum += reached * linear->weight[i * pieces + piece];
        }
        y[i] = limit(rescale(sum, linear->multiplier[i], linear->shift), zero_out);
    }
}

/* == convolution: rescale, limit == */
/* x (groups * inputs, time) to y (groups * outputs, time_out); `before` zeros lie before the signal. */
static void convolution(const uint8_t *x, int groups, int inputs, int time, int32_t zero_in, const linear_t *linear,
                        int kernel, int stride, int before, int outputs, int time_out, int32_t zero_out, uint8_t *y)
{
    for (int channel = 0; channel < groups * outputs; channel++) {
        const uint8_t *const group = x + channel / outputs * inputs * time;
        const int8_t *const weight = linear->weight + channel * inputs * kernel;
        for (int t = 0; t < time_out; t++) {
            const int start = t * stride - before;
            const int first = start < 0 ? -start : 0;
            const int last = start + kernel > time ? time - start : kernel;
            int32_t sum = linear->bias[channel];
            for (int i = 0; i < inputs; i++)
                for (int k = first; k < last; k++)
                    sum += ((int32_t)group[i * time + start + k] - zero_in) * weight[i * kernel + k];
            *y++ = limit(rescale(sum, linear->multiplier[channel], linear->shift), zero_out);
        }
    }
}

/* == recurrent: rescale, limit == */
static int32_t gate_input(int32_t sum, const linear_t *linear, int row)
{
    const int64_t value = rescale(sum, linear->multiplier[row], linear->shift);
    return (int32_t)(value < -GATE_LIMIT ? -GATE_LIMIT : value > GATE_LIMIT ? GATE_LIMIT : value);
}

/* Straight between the knots of the table; sigmoid(-x) = 1 - sigmoid(x). */
static int32_t sigmoid(int32_t x)
{
    int32_t size = x < 0 ? -x : x;
    if (size > TABLE_END - 1)
        size = TABLE_END - 1;
    const int32_t knot = size / TABLE_STEP, rest = size % TABLE_STEP;
    const int32_t low = sigmoid_table[knot];
    const int32_t y = low + ((sigmoid_table[knot + 1] - low) * rest + TABLE_STEP / 2) / TABLE_STEP;
    return x < 0 ? STATE_ONE - y : y;
}

static int32_t hyperbolic_tangent(int32_t x)
{
    return 2 * sigmoid(2 * x) - STATE_ONE;
}

static int32_t times_gate(int32_t gate, int32_t value)
{
    return (int32_t)floor_shift((int64_t)gate * value + STATE_ONE / 2, STATE_BITS);
}

/* A GRU over x (channels, time), to its last state; `state` holds the states of this and of the next moment. */
static void recurrent(const uint8_t *x, int channels, int time, int32_t zero_in, const linear_t *from_input,
                      const linear_t *from_state, int units, int32_t multiplier, int shift, int32_t zero_out,
                      int16_t *state, uint8_t *y)
{
    int16_t *now = state, *next = state + units;
    memset(now, 0, (size_t)units * sizeof *now);
    for (int t = 0; t < time; t++) {
        for (int unit = 0; unit < units; unit++) {
            int32_t in[3], own[3];
            for (int gate = 0; gate < 3; gate++) {
                const int row = gate * units + unit;
                int32_t sum = from_input->bias[row];
                for (int i = 0; i < channels; i++)
                    sum += ((int32_t)x[i * time + t] - zero_in) * from_input->weight[row * channels + i];
                in[gate] = gate_input(sum, from_input, row);
                sum = from_state->bias[row];
                for (int i = 0; i < units; i++)
                    sum += (int32_t)now[i] * from_state->weight[row * units + i];
                own[gate] = gate_input(sum, from_state, row);
            }
            const int32_t reset = sigmoid(in[0] + own[0]), update = sigmoid(in[1] + own[1]);
            const int32_t fresh = hyperbolic_tangent(in[2] + times_gate(reset, own[2]));
            next[unit] = (int16_t)(fresh + times_gate(update, now[unit] - fresh));
        }
        int16_t *const swapped = now;
        now = next;
        next = swapped;
    }
    for (int unit = 0; unit < units; unit++)
        y[unit] = limit(rescale(now[unit], multiplier, shift), zero_out);
}

/* == relu: base == */
static void relu(const uint8_t *x, int count, int32_t zero, uint8_t *y)
{
    for (int i = 0; i < count; i++)
        y[i] = x[i] > zero ? x[i] : (uint8_t)zero;
}

/* == largest_over_time: base == */
static void largest_over_time(const uint8_t *x, int channels, int time, uint8_t *y)
{
    for (int channel = 0; channel < channels; channel++, x += time) {
        y[channel] = x[0];
        for (int t = 1; t < time; t++)
            y[channel] = x[t] > y[channel] ? x[t] : y[channel];
    }
}

/* == mean_over_time: rescale, limit == */
static void mean_over_time(const uint8_t *x, int channels, int time, int32_t zero_in, int32_t multiplier, int shift,
                           int32_t zero_out, uint8_t *y)
{
    for (int channel = 0; channel < channels; channel++, x += time) {
        int32_t sum = 0;
        for (int t = 0; t < time; t++)
            sum += (int32_t)x[t] - zero_in;
        y[channel] = limit(rescale(sum, multiplier, shift), zero_out);
    }
}

/* == largest_over_points: base == */
/* Over the real points only; without a mask all are. */
static void largest_over_points(const uint8_t *x, const uint8_t *mask, int points, int features, int32_t zero,
                                uint8_t *y)
{
    int found = 0;
    memset(y, (int)zero, (size_t)features);
    for (int point = 0; point < points; point++, x += features) {
        if (mask != NULL && !mask[point])
            continue;
        for (int i = 0; i < features; i++)
            y[i] = !found || x[i] > y[i] ? x[i] : y[i];
        found = 1;
    }
}

/* == mean_over_points: rescale, limit == */
/* Over the real points only; `multiplier` has an entry for each count of them. */
static void mean_over_points(const uint8_t *x, const uint8_t *mask, int points, int features, int32_t zero_in,
                             const int32_t *multiplier, int shift, int32_t zero_out, uint8_t *y)
{
    int count = 0;
    for (int point = 0; point < points; point++)
        count += mask == NULL || mask[point];
    const int row = count > 0 ? count - 1 : 0;
    for (int i = 0; i < features; i++) {
        int32_t sum = 0;
        for (int point = 0; point < points; point++)
            if (mask == NULL || mask[point])
                sum += (int32_t)x[point * features + i] - zero_in;
        y[i] = limit(rescale(sum, multiplier[row], shift), zero_out);
    }
}

/* == add: floor_shift, limit == */
/* The sum of two tensors, each in its own scale. */
static void add(const uint8_t *x, const uint8_t *other, int count, int32_t zero_x, int32_t zero_other,
                int32_t multiplier_x, int32_t multiplier_other, int shift, int32_t zero_out, uint8_t *y)
{
    for (int i = 0; i < count; i++) {
        const int64_t sum = (int64_t)(x[i] - zero_x) * multiplier_x + (int64_t)(other[i] - zero_other) * multiplier_other;
        y[i] = limit(floor_shift(sum + ((int64_t)1 << (shift - 1)), shift), zero_out);
    }
}
