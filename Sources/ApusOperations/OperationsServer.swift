import ApusServing
import Hummingbird

