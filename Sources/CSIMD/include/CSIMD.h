/// The CPU's kernels: whole plans run in one call, one body per instruction set.
///
/// Numbers of both `apus_step.m` and `.k` may follow the batch, everything else is fixed when a
/// plan is made. Nothing here allocates except `apus_pool_create`.
#ifndef CSIMD_H
#define CSIMD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// An instruction set level that the bodies are compiled for.
typedef enum apus_isa : int32_t {
  APUS_ISA_BASELINE,
  APUS_ISA_AVX2,
  APUS_ISA_AVX512,
  APUS_ISA_AVX512_VNNI,  // with an instruction for products of bytes
} apus_isa;

/// Whether this machine and its operating system can run `isa`.
bool apus_isa_is_supported(apus_isa isa);

/// The number of cores that this process may run on.
size_t apus_available_cores(void);

/// What a step computes. Operands are named in the order of `apus_step.operands`.
typedef enum apus_operation : int32_t {
  APUS_MATMUL_NN,            // a[m,k] b[k,n]; then bias, saved where used
  APUS_MATMUL_NT,            // a[m,k] b[n,k]
  APUS_MATMUL_TN,            // a[k,m] b[k,n]
  APUS_BINARY,               // a[m,n] b; variant apus_binary, layout apus_broadcast
  APUS_COPY_COLUMNS,         // x[m,n]; sizes: x's row stride, result's, zeros before, and after
  APUS_LOOKUP,               // identifiers table; mean; sizes: bags per row, bag, vocabulary, width
  APUS_LOOKUP_GRADIENT,      // identifiers upstream, likewise
  APUS_DROPOUT,              // x[m,n] draw[6]; parameters: scale; sizes: stream, threshold
  APUS_INVERSE_ROOT,         // x[m,n]; parameters: epsilon
  APUS_AVERAGE,              // v[m,n] x[m,n], result = v; parameters: momentum
  APUS_NORMALIZE,            // x[m,n]; parameters: epsilon
  APUS_NORMALIZE_GRADIENT,   // upstream[m,n] x[m,n]; parameters: epsilon
  APUS_ACTIVATION,           // x[m,n]; variant apus_activation
  APUS_ACTIVATION_GRADIENT,  // upstream[m,n] saved[m,n]; variant apus_activation
  APUS_REDUCE,               // x[m,n]; variant apus_axis; mean
  APUS_BROADCAST,            // x -> [m,n]; variant apus_axis; mean
  APUS_SOFTMAX,              // logits[m,n]
  APUS_LOSS,                 // prediction[m,n] target; variant apus_loss
  APUS_LOSS_GRADIENT,        // prediction[m,n] target upstream[1]; variant apus_loss
  APUS_NORM_LIMIT,           // s[1]; parameters: limit
  // Steps of rows: m is the rows, lengths the fourth operand, absent where all steps count. What
  // `sizes` holds stands in brackets.
  APUS_LENGTH,               // identifiers[m,n]
  APUS_RECURRENCE,           // projections weight bias; variant apus_cell [steps units]
  APUS_STATES,               // tape; variant apus_states [steps units slots]
  APUS_RECURRENCE_GRADIENT,  // upstream tape weight; variant apus_cell [steps units states]
  APUS_RECURRENT_GRADIENT,   // gradient tape, of a GRU [steps units]
  APUS_WINDOWS,              // x [apus_axis_size of both directions, channels]
  APUS_WINDOWS_GRADIENT,     // upstream, likewise
  APUS_POOL,                 // x; variant apus_pool_kind [places steps channels]
  APUS_POOL_GRADIENT,        // upstream x, likewise
  APUS_ATTENTION,            // projections [steps heads columns-of-a-head causal]
  APUS_ATTENTION_GRADIENT,   // upstream projections, likewise
  APUS_LOOKUP_UPDATE,        // as the gradient, then schedule[3]; result = table; variant apus_rule
  APUS_UPDATE,               // gradient schedule[3], result = parameter; variant apus_rule
} apus_operation;

/// A function of one element.
typedef enum apus_activation : int32_t {
  APUS_IDENTITY,
  APUS_RELU,
  APUS_SIGMOID,
  APUS_TANH,
  APUS_SOFTPLUS,
  APUS_GELU,
} apus_activation;

/// What follows a matrix product and its bias.
typedef enum apus_epilogue : int32_t {
  APUS_EPILOGUE_NONE,
  APUS_EPILOGUE_ACTIVATION,
  APUS_EPILOGUE_GRADIENT,
} apus_epilogue;

/// An elementwise operation.
typedef enum apus_binary : int32_t {
  APUS_ADD,
  APUS_SUBTRACT,
  APUS_MULTIPLY,
  APUS_DIVIDE,
} apus_binary;

/// How the second operand of an elementwise operation is laid over the first.
typedef enum apus_broadcast : int32_t {
  APUS_BROADCAST_NONE,
  APUS_BROADCAST_ROW,
  APUS_BROADCAST_SCALAR,
} apus_broadcast;

/// What a reduction sums over.
typedef enum apus_axis : int32_t {
  APUS_AXIS_ROWS,
  APUS_AXIS_COLUMNS,
  APUS_AXIS_ALL,
} apus_axis;

/// A recurrent cell.
typedef enum apus_cell : int32_t { APUS_GRU, APUS_LSTM } apus_cell;

/// Which states are read from a recurrence's tape.
typedef enum apus_states : int32_t {
  APUS_STATES_LAST,
  APUS_STATES_ALL,
  APUS_STATES_PREVIOUS,
} apus_states;

/// What a pool keeps.
typedef enum apus_pool_kind : int32_t { APUS_POOL_MAXIMUM, APUS_POOL_MEAN } apus_pool_kind;

/// The numbers of one direction of windows among a step's sizes, the vertical ones first, and the
/// most sizes that a step needs.
enum {
  APUS_EXTENT,
  APUS_WINDOW,
  APUS_STRIDE,
  APUS_BEFORE,
  APUS_COUNT,
  APUS_AXIS_SIZES,
  APUS_SIZES = 2 * APUS_AXIS_SIZES + 1,
};

/// A loss.
typedef enum apus_loss : int32_t {
  APUS_MEAN_SQUARED_ERROR,
  APUS_MEAN_ABSOLUTE_ERROR,
  APUS_BINARY_CROSS_ENTROPY,
  APUS_SOFTMAX_CROSS_ENTROPY,
} apus_loss;

/// An optimizer's rule, and the meaning of `apus_step.parameters` and `.slots`. Behind a rule's own
/// three parameters stand those of the penalty: l1, l2, decay.
typedef enum apus_rule : int32_t {
  APUS_SGD,
  APUS_MOMENTUM,  // parameters: momentum; slots: velocity
  APUS_NESTEROV,  // parameters: momentum; slots: velocity
  APUS_ADAGRAD,   // parameters: epsilon; slots: square sum
  APUS_RMSPROP,   // parameters: rho, epsilon; slots: square average
  APUS_ADAM,      // parameters: beta1, beta2, epsilon; slots: first and second moment
  APUS_FTRL,      // parameters: beta, l1, l2; slots: square sum, linear
} apus_rule;

/// An extent: `fixed`, or where that is 0 `per_row` for each row of the batch.
typedef struct {
  size_t fixed, per_row;
} apus_extent;

/// The memory that a place counts from.
typedef enum apus_memory : int32_t {
  APUS_ABSENT,  // no memory: an operand that this step does not have
  APUS_ARENA,   // the plan's intermediates
  APUS_STORE,   // the model's variables
} apus_memory;

/// Where a tensor begins: an element of one of the memories.
typedef struct {
  apus_memory memory;
  size_t offset;
} apus_place;

/// One step of a plan. It holds places instead of addresses, so plans can share steps.
typedef struct {
  apus_operation operation;
  int32_t variant;
  apus_epilogue epilogue;
  apus_activation activation;  // of the epilogue
  apus_broadcast broadcast;
  bool mean;
  bool is_moved_along;  // a product that only the next step, an update, reads
  apus_extent m, k;
  size_t n;
  apus_place result;
  apus_place operands[4];
  apus_place bias;
  apus_place scratch;
  apus_place slots[2];
  float parameters[6];
  size_t sizes[APUS_SIZES];
} apus_step;

/// Threads that share the work of one step at a time.
typedef struct apus_pool apus_pool;

/// Makes a pool of `threads` threads, the caller counted; NULL where no thread can be started.
apus_pool *_Nullable apus_pool_create(size_t threads);
/// Stops the threads and frees the pool.
void apus_pool_destroy(apus_pool *_Nonnull pool);
/// Runs `task` for each index below `count`, on the pool where it is free, else on the caller.
/// `thread` is 0 for the caller and another number below the pool's threads for each worker.
void apus_pool_run(apus_pool *_Nullable pool, size_t count,
                   void (*_Nonnull task)(const void *_Nonnull context, size_t index,
                                         size_t thread),
                   const void *_Nonnull context);
/// The threads of a pool, the caller counted; 1 for no pool.
size_t apus_pool_threads(const apus_pool *_Nullable pool);

/// Runs `count` steps in order on a batch of `rows` rows.
void apus_run(apus_isa isa, const apus_step *_Nonnull steps, size_t count, size_t rows,
              float *_Nonnull arena, float *_Nonnull store, apus_pool *_Nullable pool);

/// An input of a plan that changes from run to run: each batch's rows of a table, `width` floats
/// each, or where there is no table `width` floats that are another for each run.
typedef struct {
  const float *_Nullable table;
  size_t width;
  size_t offset;  // of the input in the arena
} apus_feed;

/// Runs `count` steps in order on one batch of rows after the other, up to `batch_size` of `rows`
/// each. `values` holds what the feeds without a table need for the first run, then for the second
/// and so on; `results` gets the float at `result_offset` of the arena after each run.
void apus_run_batches(apus_isa isa, const apus_step *_Nonnull steps, size_t count,
                      const apus_feed *_Nonnull feeds, size_t feed_count,
                      const int32_t *_Nonnull rows, size_t row_count, size_t batch_size,
                      const float *_Nonnull values, size_t result_offset, float *_Nonnull results,
                      float *_Nonnull arena, float *_Nonnull store, apus_pool *_Nullable pool);

/// The elements of scratch memory that a product of up to `m` x `n` x `k` needs on `threads`
/// threads.
size_t apus_matmul_scratch(apus_isa isa, apus_operation operation, size_t m, size_t n, size_t k,
                           size_t threads);

/// The elements of scratch memory that an operation on steps needs for any number of rows.
size_t apus_sequence_scratch(apus_isa isa, const apus_step *_Nonnull step, size_t threads);

/// The numbers that a layer with several outputs multiplies. Sums and results are float32.
typedef enum apus_precision : int32_t {
  APUS_FLOAT32,
  APUS_BFLOAT16_WEIGHTS,  // weights of 16 bits, x as it is
  APUS_BFLOAT16,          // weights and x rounded to 16 bits
  APUS_INT8,              // weights of 8 bits with a sign, x of 8 bits without
} apus_precision;

/// A dense layer of a net that is scored in one call: activation(x weight + bias).
typedef struct {
  size_t inputs, outputs;
  apus_activation activation;
  size_t offset;  // of the layer's packed weights
  apus_precision precision;
  // Of APUS_INT8: x is about input_step * (byte - input_zero), the zero a whole number.
  float input_step, input_zero;
} apus_layer;

/// The body of a layer of bytes, of which a level may have a better one.
typedef void apus_dense_bytes(const apus_layer *_Nonnull layer, const float *_Nonnull packed,
                              const float *_Nonnull x, size_t x_stride, size_t rows,
                              float *_Nonnull y, size_t y_stride);

/// A net whose layers follow one another.
typedef struct {
  const apus_layer *_Nullable layers;
  size_t count;
  const float *_Nullable packed;
  bool softmax;  // over the last layer's outputs
  // Set by `apus_net_prepare`.
  size_t rows_per_block, rows_per_task;
  apus_dense_bytes *_Nullable dense_bytes;  // of APUS_INT8
} apus_net;

/// The greatest width of a layer that `apus_score` takes: of its outputs, and of its inputs where
/// its precision is not float32.
#define APUS_WIDEST_LAYER 2048

/// The elements of a layer's packed weights.
size_t apus_layer_count(apus_isa isa, const apus_layer *_Nonnull layer);
/// Packs `weight`, inputs x outputs, and `bias`, to `packed + layer->offset`, on a cache line.
void apus_layer_pack(apus_isa isa, const apus_layer *_Nonnull layer, const float *_Nonnull weight,
                     const float *_Nullable bias, float *_Nonnull packed);
/// Decides how a net's rows are cut into blocks and tasks.
void apus_net_prepare(apus_isa isa, apus_net *_Nonnull net);
/// Scores `rows` rows of features. Any number of threads may use the same net at once.
void apus_score(apus_isa isa, const apus_net *_Nonnull net, const float *_Nonnull features,
                size_t rows, float *_Nonnull scores, apus_pool *_Nullable pool);

/// One of the vectorised functions, for tests of its accuracy: result[i] = f(x[i]).
typedef enum apus_function : int32_t {
  APUS_FUNCTION_EXP,
  APUS_FUNCTION_LOG,
  APUS_FUNCTION_LOG1P_EXP_NEGATED,  // log1p(exp(-|x|))
  APUS_FUNCTION_SIGMOID,
  APUS_FUNCTION_TANH,
} apus_function;

/// Applies a vectorised function to `count` elements.
void apus_apply(apus_isa isa, apus_function function, size_t count, const float *_Nonnull x,
                float *_Nonnull result);

#endif
