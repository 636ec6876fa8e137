using RawFuse.Serialization;

namespace RawFuse.Tests.Serialization;

/// <summary>Damages a valid file in repeatable ways: a reader may accept or refuse the result, but only in the one documented manner.</summary>
internal static class Mutations
{
    // What file formats are made of: mutations that swap these reach further into a parser than random bytes do.
    private static readonly byte[] Telling = [.. "{}[]():,'\"\\-+0129eTF<|\n "u8, 0x00, 0x01, 0x7f, 0x80, 0xff];

    /// <summary>Reads <paramref name="count"/> damaged versions of a file.</summary>
    /// <param name="valid">The undamaged file.</param>
    /// <param name="interesting">Mutations stay in this many first bytes, where the structure is, except for truncation.</param>
    /// <param name="count">How many damaged files to try.</param>
    /// <param name="read">The reader.</param>
    /// <returns>How many of them the reader refused.</returns>
    public static int CountRefused(byte[] valid, int interesting, int count, Action<string> read)
    {
        using var folder = new TemporaryFolder();
        var random = new Random(20240607);
        int refused = 0;
        for (int i = 0; i < count; i++)
        {
            byte[] damaged = Damage(valid, interesting, random);
            string path = folder.File("damaged", damaged);
            try
            {
                read(path);
            }
            catch (FileFormatException e)
            {
                refused++;
                Assert.StartsWith(path, e.Message);
                Assert.DoesNotContain(e.Message, char.IsControl);
            }
            catch (Exception e)
            {
                Assert.Fail($"mutation {i} gives {e}\n{Convert.ToHexString(damaged)}");
            }
        }
        return refused;
    }

    private static byte[] Damage(byte[] valid, int interesting, Random random)
    {
        List<byte> bytes = [.. valid];
        int edits = random.Next(1, 4);
        for (int edit = 0; edit < edits && bytes.Count > 0; edit++)
        {
            int at = random.Next(Math.Min(interesting, bytes.Count));
            switch (random.Next(6))
            {
                case 0:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes[at] = Telling[random.Next(Telling.Length)];
                    break;
                case 2:
                    bytes.Insert(at, Telling[random.Next(Telling.Length)]);
                    break;
                case 3:
                    bytes.RemoveRange(at, Math.Min(random.Next(1, 9), bytes.Count - at));
                    break;
                case 4:
                    bytes.InsertRange(at, bytes.GetRange(at, Math.Min(random.Next(1, 33), bytes.Count - at)));
                    break;
                default:
                    int kept = random.Next(bytes.Count);
                    bytes.RemoveRange(kept, bytes.Count - kept);
                    break;
            }
        }
        return [.. bytes];
    }
}
