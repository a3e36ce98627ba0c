// One whole body: every kernel for the instruction set that the includer chose.
#include "scoring.h"
#include "matmul.h"
#include "elementwise.h"
#include "columns.h"
#include "lookup.h"
#include "dropout.h"
#include "normalize.h"
#include "reduce.h"
#include "loss.h"
#include "update.h"
#include "sequence.h"
#include "lookup_update.h"
#include "run.h"

extern const struct apus_kernels KERNEL(apus_kernels);
const struct apus_kernels KERNEL(apus_kernels) = {
    .run = KERNEL(run),
    .matmul_scratch = KERNEL(matmul_scratch),
    .sequence_scratch = KERNEL(sequence_scratch),
    .layer_count = KERNEL(layer_count),
    .layer_pack = KERNEL(layer_pack),
    .net_prepare = KERNEL(net_prepare),
    .score = KERNEL(score),
    .apply = KERNEL(apply),
};
