using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace RawFuse.NeuralFuse.Campaigns;

/// <summary>Names for settings: equal settings have equal names, in any plan and on any machine.</summary>
internal static class SettingId
{
    /// <summary>Changes whenever equal settings no longer mean equal results, so that older results are not taken for newer ones.</summary>
    private const string Format = "rawfuse-campaign-1";

    private const int Digits = 16;

    /// <summary>The first 16 hexadecimal digits of SHA-256 over the setting's JSON.</summary>
    public static string Of<T>(T setting, JsonTypeInfo<T> type)
    {
        string text = $"{Format}\n{typeof(T).Name}\n{JsonSerializer.Serialize(setting, type)}";
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..Digits];
    }

    /// <summary>SHA-256 of a file, as 64 hexadecimal digits.</summary>
    public static string OfFile(string path)
    {
        using FileStream stream = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }
}
