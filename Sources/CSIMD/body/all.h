// One whole body: every kernel for the instruction set that the includer chose.
#pragma STDC FP_CONTRACT OFF
#include "vector.h"
#include "math.h"
#include "call.h"
#include "matmul.h"
#include "elementwise.h"
#include "reduce.h"
#include "softmax.h"
#include "loss.h"
#include "update.h"
#include "run.h"
