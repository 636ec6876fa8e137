namespace RawFuse.Tests.Cli;

/// <summary>
/// What users and hostile files get wrong: exit code 2, one line on standard error that says where and what was expected, and a folder as it was. Words that
/// begin with '@' are files of <see cref="BadFiles"/>.
/// </summary>
[Collection(Tool.Collection)]
public sealed class BadInputTests(BadFiles files) : IClassFixture<BadFiles>
{
    private const string Inject = "inject --out @out --ber 0.1 --chip 1 --weights";
    private const string Fuse = "predict --output @out --fuse @fuse.st --generator convs --input";
    private const string Generator = "predict --output @out --input @good.npy --fuse";
    private const string Base = "predict --output @out --input @good.npy --base";
    private const string Energy = "energy --json @out --base vgg11";
    private const string Topology = "energy --json @out --topology";
    private const string Profile = "profile base --json @out --arch vgg6";
    private const string ProfileStep = "profile eopm --json @out --arch vgg6 --generator convs";
    private const string Train = "train base --out @out --epochs 1 --train-images 8";
    private const string Cifar = "train base --out @out --epochs 1 --data cifar10 --data-dir";
    private const string Data = "train base --out @out --epochs 1 --data-dir @folder --data";
    private const string TrainFuse = "train fuse --out @out --epochs 1 --train-images 8 --base @first.st";

    /// <summary>Command lines, and what the message must contain, separated by '~'.</summary>
    public static TheoryData<string, string> Rows => new()
    {
        // Safetensors files
        { $"{Inject} @empty.st", "empty.st: has 0 bytes" },
        { $"{Inject} @short.st", "short.st: has 7 bytes" },
        { $"{Inject} @cut.st", "cut.st: tensor 'w': data_offsets [0, 16] leave the data, which has 15 bytes" },
        { $"{Inject} @long.st", "long.st: ~the tensors cover 16 bytes of data; the file has 17" },
        { $"{Inject} @beyond.st", "beyond.st: the safetensors header claims 1000 bytes; expected at most 2" },
        { $"{Inject} @huge.st", "huge.st: the safetensors header claims 18446744073709551615 bytes; expected at most 2" },
        { $"{Inject} @text.st", "text.st: ~does not begin with '{'" },
        { $"{Inject} @overlap.st", "overlap.st: ~tensor 'b' begins at 1 and overlaps~expected 2" },
        { $"{Inject} @hole.st", "hole.st: ~tensor 'b' begins at 2 and leaves a hole~expected 1" },
        { $"{Inject} @outside.st", "outside.st: tensor 'w': data_offsets [0, 16] leave the data, which has 8 bytes" },
        { $"{Inject} @negative.st", "negative.st: tensor 'w': a dimension is '-2'; expected an integer from 0" },
        { $"{Inject} @overflow.st", "overflow.st: tensor 'w': the size of shape~overflows" },
        { $"{Inject} @twice.st", "twice.st: ~key 'w' appears twice" },
        { $"{Inject} @type.st", "type.st: tensor 'w': dtype is 'F4'; expected one of" },
        { $"{Inject} @size.st", "size.st: tensor 'w': data_offsets [0, 16] hold 16 bytes; F32 of shape [3] needs 12" },
        { $"{Inject} @reversed.st", "reversed.st: tensor 'w': data_offsets [1, 0] end before they begin" },
        { $"{Inject} @metadata.st", "metadata.st: ~value 'format' is '1'; expected a string" },
        { $"{Inject} @nan.st", "nan.st: tensor 'a.weight' holds NaN at element 2; expected finite numbers" },
        { $"{Inject} @inf.st", "inf.st: tensor 'a.weight' holds -Infinity at element 1; expected finite numbers" },
        { $"{Inject} @wide.st", "wide.st: tensor 'a.weight' holds Infinity at element 1; expected finite numbers" },
        { $"{Inject} @scale.st", "scale.st: tensor 'w.scale'~the scale of 'w'~expected none of that name" },
        { $"{Inject} @good.npy", "good.npy: the safetensors header claims" },
        { $"{Inject} @absent.st", "absent.st: cannot be read" },
        { $"{Inject} @folder", "folder: cannot be read: it is a folder" },
        { $"{Inject} @loop", "loop: cannot be read" },
        { $"{Inject} /dev/zero", "/dev/zero: " },

        // Chips
        { "inject --weights @good.st --out @out --chip 1", "'--chip' needs '--ber'" },
        { "inject --weights @good.st --out @out --ber 0.1", "'--ber' describes a chip; name one with '--chip'" },
        { "inject --weights @good.st --out @out", "Name a chip with '--chip' and '--ber', or with '--map'" },
        { $"{Inject} @good.st --bit-positions 8", "'--bit-positions' is '8'; expected numbers from 0 to 7" },
        { $"{Inject} @good.st --bit-positions 1,,2", "'--bit-positions' is '1,,2'; expected numbers from 0 to 7" },
        { $"{Inject} @good.st --cells nibble", "'--cells' is 'nibble'; expected auto, byte, low-bits, packed" },
        { $"{Inject} @good.st --mapping physical --sram 4x512", "'--sram' is '4x512'; expected banks x rows x columns" },
        { $"{Inject} @good.st --mapping physical --sram 4x512x100", "'--sram' is '4x512x100'; expected banks x rows x columns, columns a multiple of 128" },
        { $"{Inject} @good.st --mapping physical --sram 0x512x128", "'--sram' is '0x512x128'" },
        { $"{Inject} @good.st --mapping physical --sram 2147483647x2147483647x2147483520", "'--sram' is '2147483647x" },
        { $"{Inject} @good.st --sram 4x512x128", "'--sram' goes with '--mapping physical' alone" },
        { $"{Inject} @good.st --mapping physical --row-ber 0.1", "'--row-ber' needs '--sram'" },
        { $"{Inject} @good.st --row-ber 1.1", "'--row-ber' is '1.1'; expected a number from 0 to 1" },
        { $"{Inject} @good.st --transient -0.1", "'--transient' is '-0.1'; expected a number from 0 to 1" },
        { $"{Inject} @good.st --map @good.st", "'--ber' does not go with '--map" },
        { "inject --out @out --weights @good.st --map @absent.st", "absent.st: cannot be read" },
        { "inject --out @out --weights @good.st --map @good.st", "good.st: ~tensor 'or'" },
        { "inject --out @out --weights @good.st --map @good.st @good.st", "good.st" },
        { "eval --base @first.st --map @absent.st", "absent.st: cannot be read" },
        { "inject --weights @good.st --chip 1 --ber 0.1", "'--out' is required" },
        { "inject --out @out --chip 1 --ber 0.1", "'--weights' is required" },
        { "inject --weights @good.st --out @out --chip 1 --ber -0.01", "'--ber' is '-0.01'; expected a number from 0 to 1" },
        { "inject --weights @good.st --out @out --chip 1 --ber 1.01", "'--ber' is '1.01'; expected a number from 0 to 1" },
        { "inject --weights @good.st --out @out --chip 1 --ber NaN", "'--ber' is 'NaN'; expected a number from 0 to 1" },
        { "inject --weights @good.st --out @out --chip 1 --ber Infinity", "'--ber' is 'Infinity'; expected a number from 0 to 1" },
        { "inject --weights @good.st --out @out --chip 1 --ber 0,5", "'--ber' is '0,5'; expected a number from 0 to 1" },
        { "inject --weights @good.st --out @out --chip 1 --ber 0,01", "'--ber' is '0,01'; expected a number from 0 to 1" },
        { "energy --base vgg11 --ber 0.5", "'--ber' is '0.5'; the voltage curve covers 0 and" },
        { "inject --weights @good.st --out @out --chip 1 --ber", "'--ber'" },
        { "inject --weights @good.st --out @out --chip 1 --ber 0.1 --ber 0.2", "'--ber'" },
        { "inject --weights @good.st --out @out --ber 0.1 --chip -1", "'--chip' is '-1'; expected a whole number from 0 to 18446744073709551615" },
        { "inject --weights @good.st --out @out --ber 0.1 --chip 1.5", "'--chip' is '1.5'; expected a whole number" },
        { "inject --weights @good.st --out @out --ber 0.1 --chip 18446744073709551616", "'--chip' is '18446744073709551616'; expected a whole number" },
        { "inject --weights @good.st --out @out --ber 0.1 --chip 4294967295", "go from 0 to 4294967294" },
        { $"{Inject} @good.st --model stuck", "'--model' is 'stuck'; expected stuck-at, flip" },
        { $"{Inject} @good.st --mapping sram", "'--mapping' is 'sram'; expected ibm, ibm-untiled, physical" },
        { $"{Inject} @good.st --bits 1", "'--bits' is '1'; expected a whole number from 2 to 8" },
        { $"{Inject} @good.st --bits 9", "'--bits' is '9'; expected a whole number from 2 to 8" },

        // Int8 activations
        { "eval --base @first.st --calibration 10", "'--calibration' needs '--int8'" },
        { "eval --base @first.st --int8 --calibration 0", "'--calibration' is '0'; expected a whole number from 1 to 1000000" },
        { "predict --fuse @fuse.st --generator convs --input @good.npy --output @out --int8", "'--int8' needs '--base'" },

        // Output files
        { "inject --ber 0.1 --chip 1 --weights @good.st --out @no/out", "no/out': the folder ~does not exist" },
        { "inject --ber 0.1 --chip 1 --weights @good.st --out @folder", "folder' is a folder; expected a file" },
        { "inject --ber 0.1 --chip 1 --weights @good.st --out @good.st", "good.st' is named twice on the command line" },
        { "inject --ber 0.1 --chip 1 --weights @good.st --out @link/good.st", "link/good.st' is named twice on the command line" },
        { "inject --ber 0.1 --chip 1 --weights @good.st --out @folder/../good.st", "good.st' is named twice on the command line" },
        { $"{Inject} @good.st --json @out", "out' is named twice on the command line" },
        { $"{Inject} @good.st --json @good.st", "good.st' is named twice on the command line" },
        { $"{Inject} @good.st --json @no/json", "no/json': the folder ~does not exist" },
        { "predict --fuse @fuse.st --generator convs --input @good.npy --output @good.npy", "good.npy' is named twice" },
        { "predict --fuse @fuse.st --generator convs --input @good.npy --output @fuse.st", "fuse.st' is named twice" },
        { "predict --fuse @fuse.st --generator convs --input @good.npy --output @no/out", "no/out': the folder ~does not exist" },
        { "train base --epochs 1 --train-images 8 --out @no/out", "no/out': the folder ~does not exist" },
        { "train fuse --epochs 1 --train-images 8 --base @first.st --out @first.st", "first.st' is named twice" },
        { "eval --base @first.st --json @first.st", "first.st' is named twice" },
        { "energy --topology @empty.csv --json @empty.csv", "empty.csv' is named twice" },
        { "demo --out @good.st", "good.st' is a file; expected a folder" },
        { "demo --out @good.st/x", "good.st/x' cannot be made" },

        // Images
        { $"{Fuse} @empty.npy", "empty.npy: has 0 bytes; a .npy file begins with" },
        { $"{Fuse} @magic.npy", "magic.npy: does not begin with the .npy magic" },
        { $"{Fuse} @version.npy", "version.npy: npy version 9.0; expected 1.0, 2.0 or 3.0" },
        { $"{Fuse} @nonsense.npy", "nonsense.npy: npy header" },
        { $"{Fuse} @shapeless.npy", "shapeless.npy: npy header: shape is missing" },
        { $"{Fuse} @fortran.npy", "fortran.npy: npy array in Fortran order; expected C order" },
        { $"{Fuse} @object.npy", "object.npy: npy type '|O'; expected one of <f4" },
        { $"{Fuse} @big.npy", "big.npy: npy type '>f4'; expected one of <f4" },
        { $"{Fuse} @half.npy", "half.npy: npy type '<f2'; expected one of <f4" },
        { $"{Fuse} @record.npy", "record.npy: npy header" },
        { $"{Fuse} @bytes.npy", "bytes.npy: holds |u1 of shape [1, 32, 32, 3]; expected floats of shape [N, 32, 32, 3] (NHWC) with values in [-1, 1]" },
        { $"{Fuse} @cut.npy", "cut.npy: holds 12287 bytes of npy data~needs 12288" },
        { $"{Fuse} @long.npy", "long.npy: holds 12289 bytes of npy data~needs 12288" },
        { $"{Fuse} @claims.npy", "claims.npy: holds 12288 bytes of npy data~needs 12288000000" },
        { $"{Fuse} @negative.npy", "negative.npy: npy header~expected a dimension from 0" },
        { $"{Fuse} @overflow.npy", "overflow.npy: the size of npy shape~overflows" },
        { $"{Fuse} @planes.npy", "planes.npy: holds <f4 of shape [1, 3, 32, 32], which is NCHW; expected floats of shape [N, 32, 32, 3] (NHWC)" },
        { $"{Fuse} @gray.npy", "gray.npy: holds <f4 of shape [1, 32, 32, 1]; expected floats of shape [N, 32, 32, 3]" },
        { $"{Fuse} @small.npy", "small.npy: holds <f4 of shape [1, 16, 16, 3]; expected floats of shape [N, 32, 32, 3]" },
        { $"{Fuse} @one.npy", "one.npy: holds <f4 of shape [32, 32, 3]; expected floats of shape [N, 32, 32, 3]" },
        { $"{Fuse} @five.npy", "five.npy: holds <f4 of shape [1, 1, 32, 32, 3]; expected floats of shape [N, 32, 32, 3]" },
        { $"{Fuse} @none.npy", "none.npy: holds <f4 of shape [0, 32, 32, 3]; expected an image or more" },
        { $"{Fuse} @nan.npy", "nan.npy: holds NaN in image 0; expected finite numbers" },
        { $"{Fuse} @inf.npy", "inf.npy: holds Infinity in image 0; expected finite numbers" },
        { $"{Fuse} @wide.npy", "wide.npy: holds Infinity in image 0; expected finite numbers" },
        { $"{Fuse} @absent.npy", "absent.npy: cannot be read" },
        { $"{Fuse} @folder", "folder: cannot be read: it is a folder" },
        { $"{Fuse} @good.st", "good.st: does not begin with the .npy magic" },

        // What predict is asked for
        { "predict --input @good.npy --output @out", "'--base'~'--fuse'" },
        { "predict --base @first.st --arch vgg11 --input @good.npy --output @out --chip 1", "'--chip' needs '--ber'" },
        { "predict --base @first.st --arch vgg11 --input @good.npy --output @out --ber 0.1", "'--ber' describes a chip; name one with '--chip'" },
        { "predict --base @first.st --arch vgg11 --input @good.npy --output @out --mapping ibm", "'--mapping' describes a chip; name one with '--chip'" },
        { $"{Fuse} @good.npy --chip 1 --ber 0.1", "A chip needs '--base'" },
        { $"{Fuse} @good.npy --batch 0", "'--batch' is '0'; expected a whole number from 1" },
        { $"{Fuse} @good.npy --threads -1", "'--threads' is '-1'; expected a whole number from 0" },
        { $"{Fuse} @good.npy --image -1", "'--image' is '-1'; expected a whole number from 8" },
        { $"{Fuse} @good.npy --bits 16", "'--bits' is '16'; expected a whole number from 2 to 8" },
        { $"{Fuse} @good.npy --classes 1", "'--classes' is '1'; expected a whole number from 2" },

        // Models
        { $"{Generator} @missing.st --generator convs", "missing.st: tensor 'bn2_1.bias' of network 'ConvS' is missing" },
        { $"{Generator} @transposed.st --generator convs", "transposed.st: tensor 'conv2_1.weight' has shape [32, 64, 3, 3]; expected [64, 32, 3, 3]" },
        { $"{Generator} @nanweight.st --generator convs", "nanweight.st: tensor 'conv2_1.weight' holds NaN at element 0; expected finite numbers" },
        { $"{Generator} @infbias.st --generator convs", "infbias.st: tensor 'bn2_1.bias' holds Infinity at element 0; expected finite numbers" },
        { $"{Generator} @variance.st --generator convs", "variance.st: tensor 'bn2_1.running_var' holds -0.5; expected variances of 0 or more" },
        { $"{Generator} @integers.st --generator convs", "integers.st: tensor 'bn2_1.bias' has type I8; expected floats" },
        { $"{Generator} @renamed.st --generator convs", "renamed.st: tensor 'bnout.batches' does not belong to network 'ConvS'" },
        { $"{Generator} @fuse.st --generator convl", "fuse.st: tensor ~of network 'ConvL'" },
        { $"{Generator} @fuse.st --generator convx", "fuse.st: Unknown generator 'convx'; known are ConvL" },
        { $"{Generator} @fuse.st", "fuse.st: metadata 'generator' is missing; name it with --generator" },
        { $"{Base} @first.st", "first.st: metadata 'arch' is missing; name it with --arch" },
        { $"{Base} @first.st --arch lenet", "first.st: Unknown base model 'lenet'; known are vgg6" },
        { $"{Base} @first.st --arch vgg11", "first.st: tensor 'features.0.weight' of network 'vgg11' is missing" },
        { $"{Base} @head.st --arch vgg11", "head.st: ~no tensor 'classifier.weight' of shape [classes, inputs]~--classes" },
        { $"{Base} @fuse.st --arch resnet18", "fuse.st: ~no tensor 'linear.weight'~--classes" },
        { $"{Base} @fuse-kind.st", "fuse-kind.st: holds a model of kind 'fuse'; expected 'base'" },
        { $"{Generator} @odd-kind.st", "odd-kind.st: holds a model of kind 'both'; expected 'fuse'" },
        { $"{Base} @classes.st", "classes.st: metadata 'classes' is 'ten'; expected a number from 2" },
        { $"{Base} @image-text.st", "image-text.st: metadata 'image' is '-32'; expected a number from 8" },
        { $"{Base} @image.st", "image.st: ~33" },
        { $"{Base} @absent.st", "absent.st: cannot be read" },
        { $"{Base} @good.npy", "good.npy: the safetensors header claims" },

        // SCALE-SIM topologies
        { $"{Topology} @empty.csv", "empty.csv, line 1: expected a header line" },
        { $"{Topology} @header.csv", "header.csv, line 2: expected a header line and at least one layer" },
        { $"{Topology} @headless.csv", "headless.csv, line 1, column 2: expected the header line" },
        { $"{Topology} @columns.csv", "columns.csv, line 2, column 6: expected 'Channels', found the end" },
        { $"{Topology} @more.csv", "more.csv, line 2, column 10: expected the end of the line" },
        { $"{Topology} @text.csv", "text.csv, line 2, column 3: expected 'IFMAP width', a whole number~found 'eight'" },
        { $"{Topology} @negative.csv", "negative.csv, line 2, column 6: expected 'Channels', a whole number~found '-1'" },
        { $"{Topology} @zero.csv", "zero.csv, line 2, column 8: expected 'Stride height', a whole number from 1~found '0'" },
        { $"{Topology} @filter.csv", "filter.csv, line 2, column 5: expected 'Filter width' of at most the ifmap's 8, found 9" },
        { $"{Topology} @fraction.csv", "fraction.csv, line 2, column 6~found '1.5'" },
        { $"{Topology} @nameless.csv", "nameless.csv, line 2, column 1: expected a layer name" },
        { $"{Topology} @depthwise.csv", "depthwise.csv, line 2, column 6: expected a file of at most 100000 layers" },
        { $"{Topology} @binary.csv", "binary.csv, line 2, column" },
        { $"{Topology} @line.csv", "line.csv, line 2: expected at most 4096 characters" },
        { $"{Topology} @overflow.csv", "overflow.csv: Layer 'conv' is too large: its access counts exceed 64 bits" },
        { $"{Topology} @absent.csv", "absent.csv" },
        { $"{Topology} @folder", "folder" },
        { $"{Topology} @columns.csv --base vgg11", "'--topology' goes without '--base'" },

        // Energy
        { "energy", "'--base'~'--topology'" },
        { "energy --base lenet", "Unknown base model 'lenet'; known are" },
        { $"{Energy} --generator convx", "Unknown generator 'convx'; known are" },
        { $"{Energy} --image -1", "'--image' is '-1'; expected a whole number from 8" },
        { $"{Energy} --image 33", "33" },
        { $"{Energy} --classes 1", "'--classes' is '1'; expected a whole number from 2" },
        { $"{Energy} --array 0x32", "'--array' is '0x32'; expected rows x columns" },
        { $"{Energy} --array 32x", "'--array' is '32x'; expected rows x columns" },
        { $"{Energy} --array -1x8", "'--array' is '-1x8'; expected rows x columns" },
        { $"{Energy} --array 3", "'--array' is '3'; expected rows x columns" },
        { $"{Energy} --array 9999999999x1", "'--array' is '9999999999x1'; expected rows x columns" },
        { $"{Energy} --dataflow rs", "'--dataflow' is 'rs'; expected os, ws, is" },
        { $"{Energy} --preset mine", "'--preset' is 'mine'; expected paper, exact" },
        { $"{Energy} --ber 2", "'--ber' is '2'; expected a number from 0 to 1" },
        { $"{Energy} --nonsense", "'--nonsense' is no command or option" },

        // CIFAR-10 files
        { $"{Cifar} @absent", "absent' does not exist; expected a folder" },
        { $"{Cifar} @good.st", "good.st' does not exist; expected a folder" },
        { $"{Cifar} @cifar-missing", "data_batch_3.bin' does not exist; expected" },
        { $"{Cifar} @cifar-short", "data_batch_2.bin' has 3072 bytes; expected one or more records of 3073 bytes" },
        { $"{Cifar} @cifar-empty", "data_batch_2.bin' has 0 bytes; expected one or more records of 3073 bytes" },
        { $"{Cifar} @cifar-label", "data_batch_2.bin' has label 10 in record 1~expected 0..9" },
        { $"{Cifar} @cifar-test-label", "test_batch.bin' has label 10 in record 0~expected 0..9" },

        // Other data sets: their readers' tests have the rest
        { $"{Data} cifar100", "CIFAR-100 file '~train.bin' does not exist; expected" },
        { $"{Data} gtsrb", "GTSRB folder '~folder' has no training images; expected train.bin" },
        { $"{Data} mnist", "MNIST file '~train-images-idx3-ubyte' does not exist; expected" },
        { $"{Data} fashion-mnist", "Fashion-MNIST file '~train-images-idx3-ubyte' does not exist; expected" },
        { $"{Data} imagenet10", "imagenet10 folder '~folder' has no train in it; expected" },

        // Training and evaluation
        { $"{Train} --arch lenet", "Unknown base model 'lenet'; known are" },
        { "train base --out @out --epochs -1", "'--epochs' is '-1'; expected a whole number from 1" },
        { "train base --out @out --epochs 0", "'--epochs' is '0'; expected a whole number from 1" },
        { "train base --out @out --train-images 0", "'--train-images' is '0'; expected a whole number from 1" },
        { $"{Train} --batch 0", "'--batch' is '0'; expected a whole number from 2" },
        { $"{Train} --lr 0,05", "'--lr' is '0,05'; expected a number from 1E-09" },
        { "train base --out @out --train-images 2000000000", "2000000000 images; expected 0 to" },
        { $"{TrainFuse} --lambda 2,5", "'--lambda' is '2,5'; expected a number from 0" },
        { $"{Train} --lr 0", "'--lr' is '0'; expected a number from 1E-09" },
        { $"{Train} --weight-decay NaN", "'--weight-decay' is 'NaN'; expected a number from 0" },
        { $"{Train} --bits 32", "'--bits' is '32'; expected a whole number from 2 to 8" },
        { $"{Train} --optimizer lion", "'--optimizer' is 'lion'; expected sgd, adam" },
        { $"{Train} --data imagenet", "'--data' is 'imagenet'; expected signs, cifar10, cifar100, gtsrb, mnist, fashion-mnist, imagenet10" },
        { $"{Train} --cutout -1", "'--cutout' is '-1'; expected a whole number from 0" },
        { $"{Train} --label-smoothing 1.1", "'--label-smoothing' is '1.1'; expected a number from 0 to 1" },
        { $"{Train} --augment some", "'--augment' is 'some'; expected standard, none" },
        { $"{Train} --schedule linear", "'--schedule' is 'linear'; expected one-cycle, staircase, cosine, constant" },
        { $"{Train} --schedule constant --warmup 0.1", "'--warmup' needs '--schedule one-cycle' or 'cosine'" },
        { $"{Train} --warmup 1", "'--warmup' is '1'; expected a number from 0 to 0.99" },
        { $"{Train} --ema 1", "'--ema' is '1'; expected a number from 0 to 0.999999" },
        { $"{Train} --patience 3", "'--patience' needs '--hold-out'" },
        { $"{Train} --hold-out 8", "'--hold-out' is 8; there are 8 training images, and some must stay to train on" },
        { $"{Train} --checkpoints @good.npy", "good.npy' is a file; expected a folder for checkpoints" },
        { $"{Train} --checkpoint-every 0", "'--checkpoint-every' is '0'; expected a whole number from 1" },
        { $"{Train} --seed one", "'--seed' is 'one'; expected a whole number" },
        { "train base", "'--out' is required" },
        { $"{TrainFuse} --arch vgg11", "first.st: tensor 'features.0.weight' of network 'vgg11' is missing" },
        { $"{TrainFuse} --data imagenet", "'--data' is 'imagenet'; expected signs, cifar10" },
        { $"{TrainFuse} --cutout x", "'--cutout' is 'x'; expected a whole number from 0" },
        { $"{TrainFuse} --share-batch --batch 8 --chips 4", "'--share-batch' needs a '--batch' that is a multiple of 1 + '--chips'; 8 is none of 5" },
        { $"{TrainFuse} --chips 0", "'--chips' is '0'; expected a whole number from 1" },
        { $"{TrainFuse} --lambda -1", "'--lambda' is '-1'; expected a number from 0" },
        { $"{TrainFuse} --ber 1.5", "'--ber' is '1.5'; expected a number from 0 to 1" },
        { "train fuse --out @out --train-images 8 --base @absent.st", "absent.st: cannot be read" },
        { "train fuse --out @out", "'--base' is required" },
        { "eval", "'--base' is required" },
        { "eval --base @absent.st", "absent.st: cannot be read" },
        { "eval --base @first.st --arch vgg11", "first.st: tensor 'features.0.weight' of network 'vgg11' is missing" },
        { "eval --base @first.st --chips 0", "'--chips' is '0'; expected a whole number from 1 to 100000, or auto" },
        { "eval --base @first.st --chips many", "'--chips' is 'many'; expected a whole number from 1 to 100000, or auto" },
        { "eval --base @first.st --ci 0.5", "'--ci' needs '--chips auto'" },
        { "eval --base @first.st --chips auto --ci 0", "'--ci' is '0'; expected a number from 0.01 to 100" },
        { "eval --base @first.st --first-chip -1", "'--first-chip' is '-1'; expected a whole number from 0" },
        { "eval --base @first.st --bits 1", "'--bits' is '1'; expected a whole number from 2 to 8" },
        { "eval --base @first.st --test-images -5", "'--test-images' is '-5'; expected a whole number from 1" },
        { "eval --base @first.st --ber x", "'--ber' is 'x'; expected a number from 0 to 1" },
        { "eval --base @first.st extra", "'extra' is no command or option" },

        // Profiles
        { "profile", "a command is missing; --help" },
        { "profile base", "Name a base model with '--arch' or a file with '--base'" },
        { "profile base --base @absent.st", "absent.st: cannot be read" },
        { "profile base --base @first.st", "first.st: metadata 'arch' is missing; name it with --arch" },
        { "profile base --base @first.st --arch vgg11 --json @first.st", "first.st' is named twice" },
        { "profile base --arch lenet", "Unknown base model 'lenet'; known are" },
        { $"{Profile} --trace @out", "out' is named twice" },
        { $"{Profile} --trace @folder", "folder' is a folder; expected a file to write" },
        { $"{Profile} --trace @no/out", "no/out': the folder ~does not exist" },
        { $"{Profile} --batch 0", "'--batch' is '0'; expected a whole number from 1" },
        { $"{Profile} --repeat 0", "'--repeat' is '0'; expected a whole number from 1" },
        { $"{Profile} --by layer", "'--by' is 'layer'; expected kernel, shape" },
        { $"{Profile} --convolutions exact", "'--convolutions' is 'exact'; expected fast, precise, direct" },
        { $"{Profile} --threads -1", "'--threads' is '-1'; expected a whole number from 0" },
        { $"{Profile} --image 33", "takes images of 32x32 pixels, not 33x33" },
        { $"{Profile} --generator convs", "'--generator' is no command or option" },
        { "profile base --arch vgg11 --batch 65536 --image 4096", "[65536, 4096, 4096, 3] has more than 2^31 - 1 elements" },
        { "profile fuse --arch vgg6", "Name a generator with '--generator' or a file with '--fuse'" },
        { "profile fuse --arch vgg6 --fuse @absent.st", "absent.st: cannot be read" },
        { "profile fuse --arch vgg6 --generator convx", "Unknown generator 'convx'; known are" },
        { "profile eopm --arch vgg6", "Name a generator with '--generator'" },
        { $"{ProfileStep} --batch 1", "'--batch' is '1'; expected a whole number from 2" },
        { $"{ProfileStep} --chips 0", "'--chips' is '0'; expected a whole number from 1" },
        { $"{ProfileStep} --ber 2", "'--ber' is '2'; expected a number from 0 to 1" },
        { $"{ProfileStep} --mapping sram", "'--mapping' is 'sram'; expected" },
        { "profile qat", "Name a base model with '--arch'" },
        { "profile qat --arch vgg6 --base @first.st", "'--base' is no command or option" },
        { "profile qat --arch vgg6 --optimizer lion", "'--optimizer' is 'lion'; expected sgd, adam" },

        // Devices
        { $"{Profile} --device gpu", "'--device' is 'gpu'; expected cpu, cuda:N, opencl:N or emulator" },
        { $"{Profile} --device cuda", "'--device' is 'cuda'; expected" },
        { $"{Profile} --device cuda:-1", "'--device' is 'cuda:-1'; expected" },
        { $"{Profile} --device opencl:x", "'--device' is 'opencl:x'; expected" },
        { $"{Profile} --device cuda:99", "'cuda:99' is not there" },
        { $"{Base} @first.st --arch vgg11 --device opencl:99", "'opencl:99' is not there" },
        { $"{Profile} --device emulator --threads 1", "'--threads' is for the CPU only; it does not go with '--device emulator'" },
        { $"{Profile} --device cuda:0 --convolutions fast", "'--convolutions' is for the CPU only; it does not go with '--device cuda:0'" },
        { $"{Profile} --precision tf32", "'--precision' is for GPUs only; it does not go with '--device cpu'" },
        { $"{Profile} --device emulator --precision half", "Option '--precision' is 'half'; expected float32, tf32, bf16." },
        { $"{Inject} @good.st --device emulator --threads 1", "'--threads' is for the CPU only" },
        { $"{Inject} @good.st --device gpu", "'--device' is 'gpu'" },
        { "demo --device gpu", "'--device' is 'gpu'" },
        { "energy --base vgg11 --device cpu", "'--device' is no command or option" },

        // Commands
        { "", "a command is missing; --help" },
        { "train", "a command is missing; --help" },
        { "fly", "'fly' is no command or option here; see --help" },
        { "demo --seed 1.5", "'--seed' is '1.5'; expected a whole number" },
        { "devices all", "'all' is no command or option here; see --help" },
    };

    [Theory]
    [MemberData(nameof(Rows))]
    public void IsRefusedInOneLine(string arguments, string fragments)
    {
        string[] before = files.Folder.Names;
        (int code, string _, string error) = Tool.Run(files.Folder, arguments);
        Assert.Equal((2, error), (code, error));
        Assert.StartsWith("rawfuse: ", error);
        Assert.EndsWith("\n", error);
        Assert.DoesNotContain(error[..^1], char.IsControl);
        Assert.All(fragments.Split('~'), fragment => Assert.Contains(fragment, error, StringComparison.Ordinal));
        Assert.Equal(before, files.Folder.Names);
    }
}
