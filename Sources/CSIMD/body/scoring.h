// What scoring takes of a body.
#pragma STDC FP_CONTRACT OFF
#include "kernels.h"
#include "vector.h"
#include "math.h"
#include "call.h"
#include "words.h"
#include "tile.h"
#include "pack.h"
#include "dot.h"
#include "product.h"
#include "softmax.h"
#include "layer.h"
#include "net.h"
